import { type Message, type Name, NOERROR, NXDOMAIN } from '@pointsman/core/dns';

/** What the libc of a client host reads of its resolv.conf. resolv.conf(5) */
export type ResolvConf = {
  /** In their order; libc takes the first three. */
  nameservers: readonly string[];
  /** Seconds for the first server. */
  timeout: number;
  /** Rounds. */
  attempts: number;
};

const MOST_NAMESERVERS = 3;
const DEFAULT_TIMEOUT = 5;
const LONGEST_TIMEOUT = 30;
const DEFAULT_ATTEMPTS = 2;
const MOST_ATTEMPTS = 5;

export function parseResolvConf(text: string): ResolvConf {
  const nameservers: string[] = [];
  let [timeout, attempts] = [DEFAULT_TIMEOUT, DEFAULT_ATTEMPTS];
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && words[0] !== undefined && nameservers.length < MOST_NAMESERVERS)
      nameservers.push(words[0]);
    if (keyword !== 'options') continue;
    for (const word of words) {
      timeout = optionOf(word, 'timeout', LONGEST_TIMEOUT) ?? timeout;
      attempts = optionOf(word, 'attempts', MOST_ATTEMPTS) ?? attempts;
    }
  }
  return { nameservers, timeout, attempts };
}

function optionOf(word: string, name: string, most: number): number | undefined {
  const match = /^([a-z]+):([0-9]{1,4})$/.exec(word);
  return match?.[1] === name ? Math.min(Math.max(1, Number(match[2])), most) : undefined;
}

/** One query to one server, and what came within so many milliseconds. `unreachable`: the network says at once that nobody is there. */
export type AskServer = (
  server: string,
  question: { name: Name; type: string },
  patience: number,
) => Promise<Message | 'silent' | 'unreachable'>;

/** Asks as libc does: the servers in their order, round after round; one that is silent costs its time-out each time, one that fails costs nothing. */
export async function askAsStub(
  conf: ResolvConf,
  question: { name: Name; type: string },
  ask: AskServer,
): Promise<Message | undefined> {
  for (let attempt = 0; attempt < conf.attempts; attempt++) {
    for (const [index, server] of conf.nameservers.entries()) {
      const reply = await ask(server, question, patienceOf(conf, index));
      if (reply === 'silent' || reply === 'unreachable') continue;
      if (reply.rcode === NOERROR || reply.rcode === NXDOMAIN) return reply;
    }
  }
  return undefined;
}

/** Milliseconds for one server by its place: glibc doubles the time-out with each, and from the second on divides it by their number, in whole seconds. */
function patienceOf({ timeout, nameservers }: ResolvConf, index: number): number {
  const doubled = timeout * 2 ** index;
  return Math.max(1, index === 0 ? doubled : Math.floor(doubled / nameservers.length)) * 1000;
}
