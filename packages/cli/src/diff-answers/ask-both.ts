import {
  type Answered,
  type ComparedQuestion,
  compareAnswers,
  type Difference,
} from '@pointsman/core/answers';
import { type Ask, ask } from '@pointsman/lab';

/** Two servers, and how they are asked. */
export type Pair = {
  a: Ask['server'];
  b: Ask['server'];
  /** The address to ask from. */
  source: string | undefined;
  /** Milliseconds a try may take. */
  patience: number;
};

export type FoundDifference = ComparedQuestion & { difference: Difference };

/** Questions under way at once: few enough that no server drops any for their number. */
const CONCURRENCY = 32;
/** How often both are asked again before a difference counts: answers that change by themselves meet again. */
const SECOND_LOOKS = 2;

/** Asks both all questions. `onAnswered` is told of each, in whatever order; differences come in the order of the questions. */
export async function askBoth(
  pair: Pair,
  questions: readonly ComparedQuestion[],
  onAnswered: (difference: Difference | undefined) => void,
  signal: AbortSignal,
): Promise<FoundDifference[]> {
  const differences: (Difference | undefined)[] = [];
  let next = 0;
  const work = async () => {
    while (next < questions.length && !signal.aborted) {
      const index = next++;
      const difference = await differenceOf(pair, questions[index]!);
      differences[index] = difference;
      onAnswered(difference);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, questions.length) }, work));
  return questions.flatMap((question, index) => {
    const difference = differences[index];
    return difference === undefined ? [] : [{ ...question, difference }];
  });
}

async function differenceOf(pair: Pair, question: ComparedQuestion): Promise<Difference | undefined> {
  let difference: Difference | undefined;
  for (let looks = 0; looks <= SECOND_LOOKS; looks++) {
    const [a, b] = await Promise.all([askOne(pair.a, pair, question), askOne(pair.b, pair, question)]);
    difference = compareAnswers(a, b);
    if (difference === undefined || difference.kind === 'no-answer') break;
  }
  return difference;
}

async function askOne(server: Ask['server'], pair: Pair, question: ComparedQuestion): Promise<Answered> {
  const { source, patience } = pair;
  const reply = await ask({ server, ...question, patience, ...(source === undefined ? {} : { source }) });
  return reply.ok ? reply : { ok: false, detail: reply.detail };
}
