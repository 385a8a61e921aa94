import type { Command } from '../running/children.ts';
import type { Endpoint } from '../running/question.ts';
import { type RunningServer, startServer } from '../running/server.ts';

/** What every server of the bench is given: the same forwarding rules, the same upstream, the same cache. */
export type Work = {
  listen: Endpoint;
  upstream: Endpoint;
  /** Domains without the trailing dot; each is forwarded to `upstream`, and nothing else is. */
  suffixes: readonly string[];
  cacheBytes: number;
  /** The server's own folder: its configuration and whatever it writes. */
  directory: string;
};

/** One server under test. `files` and `command` are pure, so that a test can read what a server would be given. */
export type Peer = {
  name: string;
  /** Ours is compared with the others; the floor is what no server can be faster than. */
  role: 'ours' | 'other' | 'floor';
  /** How to get the program on Debian; undefined where it is part of this repository. */
  package?: { package: string; command: string };
  files(work: Work): Record<string, string>;
  command(work: Work): Command;
  /** For a server that reserves its whole cache at the start: how many answers that cache holds. */
  reservedAnswers?(cacheBytes: number): number;
  /** The engine of `pointsman serve` that this server is: one that can be reloaded. */
  engine?: 'native' | 'bind';
  /** Makes the server's own checker read the configuration: exit code 0 where it is fine. */
  check?(work: Work): Command;
  /** Prints the version somewhere. */
  version?: Command;
};

export function startPeer(
  peer: Peer,
  work: Work,
  probe: string,
  cpu: number | undefined,
): Promise<RunningServer> {
  return startServer({
    name: peer.name,
    files: peer.files(work),
    directory: work.directory,
    command: peer.command(work),
    endpoint: work.listen,
    cpu,
    probe,
    answersRecords: peer.role !== 'floor',
  });
}
