import { type Message, type Name, parseName } from '@pointsman/core/dns';

/** How the questions of a load fared. A late answer counts as answered, too; `slowest_ms`: how long the slowest answer took. */
export type LoadCounts = { asked: number; answered: number; late: number; lost: number; slowest_ms: number };

/** One client host, as the load needs it. */
export type LoadClient = {
  network: string;
  /** Names that this network resolves, and zones in which it may ask for names that nobody has. */
  names: readonly Name[];
  zones: readonly Name[];
  /** Asks as the stub resolver of the host does; undefined where all servers failed or stayed silent. */
  resolve: (question: { name: Name; type: string }) => Promise<Message | undefined>;
};

/** How a question fared: what a load tells as it goes. */
export type LoadNews = { network: string; outcome: 'answered' | 'late' | 'lost'; ms: number };

export type LoadOptions = {
  random: () => number;
  now: () => number;
  tell: (news: LoadNews) => void;
};

export type Load = {
  counts: () => LoadCounts;
  /** Asks nothing any more; resolves when the last question has fared somehow. */
  stop: () => Promise<void>;
};

/** Milliseconds between two questions of a client. */
export const INTERVAL = 100;
/**
 * Questions of one client that wait for an answer; a host that has so many asks no more, and those count as lost. By its defaults glibc asks three servers for
 * 28 s before it gives up, and ten questions a second wait so long in an outage that loses none.
 */
const MOST_UNDERWAY = 300;
/** Milliseconds after which an answer is late: people notice, and so do time-outs of programs. */
export const LATE = 1000;

/**
 * A steady load: ten questions a second from each client. Every other one is for a name that nobody has, and so no cache either: it needs the whole path to whoever is
 * authoritative, and NXDOMAIN is its answer.
 */
export function startLoad(clients: readonly LoadClient[], { random, now, tell }: LoadOptions): Load {
  const counts: LoadCounts = { asked: 0, answered: 0, late: 0, lost: 0, slowest_ms: 0 };
  const underway = new Map<LoadClient, Set<Promise<void>>>();
  let turn = 0;
  const askOne = async (client: LoadClient, isBusy: boolean) => {
    const started = now();
    counts.asked++;
    const answer = isBusy
      ? undefined
      : await client.resolve({ name: pickName(client, turn, random), type: 'A' });
    const ms = now() - started;
    const outcome = !answer ? 'lost' : ms > LATE ? 'late' : 'answered';
    counts[answer ? 'answered' : 'lost']++;
    if (answer) counts.slowest_ms = Math.max(counts.slowest_ms, Math.round(ms));
    if (outcome === 'late') counts.late++;
    tell({ network: client.network, ms, outcome });
  };
  const asking = clients.filter(({ names, zones }) => names.length > 0 && zones.length > 0);
  for (const client of asking) underway.set(client, new Set());
  const timer = setInterval(() => {
    turn++;
    for (const client of asking) {
      const own = underway.get(client)!;
      const question = askOne(client, own.size >= MOST_UNDERWAY);
      own.add(question);
      void question.finally(() => own.delete(question));
    }
  }, INTERVAL);
  return {
    counts: () => ({ ...counts }),
    stop: async () => {
      clearInterval(timer);
      await Promise.all([...underway.values()].flatMap((own) => [...own]));
    },
  };
}

function pickName({ names, zones }: LoadClient, turn: number, random: () => number): Name {
  if (turn % 2 === 0) return names[(turn / 2) % names.length]!;
  const label = `drill-${Math.floor(random() * 2 ** 48).toString(36)}`;
  return parseName(`${label}.${zones[((turn - 1) / 2) % zones.length]!}`);
}
