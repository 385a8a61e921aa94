import { peers } from './peers/index.ts';
import { nsdPackage } from './upstream/nsd.ts';

export type SystemPackage = { package: string; command: string; for: string };

/** Without these there is no measurement at all. */
export const necessary: readonly SystemPackage[] = [
  { package: 'dnsperf', command: 'dnsperf', for: 'the load of the bench' },
  { ...nsdPackage, for: 'the upstream of the bench' },
  { package: 'util-linux', command: 'taskset', for: 'a CPU of its own for the measured server' },
];

/** The Debian packages that the bench needs, and one of the commands that each brings. */
export const systemPackages: readonly SystemPackage[] = [
  ...necessary,
  ...Object.values(peers).flatMap((peer) =>
    peer.package ? [{ ...peer.package, for: `the bench's ${peer.name}` }] : [],
  ),
];
