import { run } from './command.ts';

/** A question as `dig` asks it. */
export type DigQuestion = { client: string; server: string; name: string; type: string; options?: string };

/** What `dig` shows. `status` is `none` where no answer came. */
export type DigAnswer = {
  status: string;
  flags: string[];
  /** Sorted; as dig writes them, runs of blanks made one. */
  answers: { name: string; ttl: number; type: string; data: string }[];
  extendedErrors: string[];
};

/** Asks all questions, one after the other, in one process. */
export async function digAll(questions: readonly DigQuestion[]): Promise<DigAnswer[]> {
  const lines = questions.map(({ client, server, name, type, options = '' }) => {
    const [address, port] = server.split(':');
    return `-b ${client} @${address} -p ${port} +noall +comments +question +answer ${options} ${name} ${type}`;
  });
  const { stdout } = await run('dig', ['-f', '-'], { input: `${lines.join('\n')}\n` });
  const answers = readDig(stdout);
  let next = 0;
  return questions.map(({ name, type }) => {
    const key = `${name.toLowerCase().replace(/\.?$/, '.')} ${type}`;
    return answers[next]?.question === key ? answers[next++]! : NO_ANSWER;
  });
}

/** The answers in what dig printed with `+comments +question +answer`; `question` is the name, with its last dot, and the type. */
export function readDig(stdout: string): (DigAnswer & { question: string })[] {
  return stdout.split(';; Got answer:').slice(1).map(parseAnswer);
}

export async function dig(question: DigQuestion): Promise<DigAnswer> {
  return (await digAll([question]))[0]!;
}

const NO_ANSWER: DigAnswer = { status: 'none', flags: [], answers: [], extendedErrors: [] };

function parseAnswer(text: string): DigAnswer & { question: string } {
  const question = /QUESTION SECTION:\n;(\S+)\s+IN\s+(\S+)/.exec(text);
  const section = text.split(';; ANSWER SECTION:\n')[1]?.split('\n\n')[0] ?? '';
  const answers = section
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, name, ttl, type, data] = /^(\S+)\s+([0-9]+)\s+IN\s+(\S+)\s+(.*)$/.exec(line)!;
      return { name: name!, ttl: Number(ttl), type: type!, data: data! };
    });
  answers.sort((a, b) => (`${a.name} ${a.type} ${a.data}` < `${b.name} ${b.type} ${b.data}` ? -1 : 1));
  return {
    question: question ? `${question[1]!.toLowerCase()} ${question[2]}` : '',
    status: /status: ([A-Z0-9]+)/.exec(text)?.[1] ?? 'none',
    flags: (/flags: ([a-z ]*);/.exec(text)?.[1] ?? '').split(' '),
    answers,
    extendedErrors: [...text.matchAll(/^; EDE: (.*)$/gm)].map((match) => match[1]!),
  };
}
