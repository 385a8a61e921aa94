/** Where a named runs: all of its configuration that comes from the machine and not from the rules. */
export type BindPlace = {
  /** Its working directory. */
  directory: string;
  /** It gives a stale answer after a time of ours, as 9.18 does; later ones do at once, or when they have given up. */
  timedStaleAnswers: boolean;
  /** The addresses that queries to upstreams leave from, at most one of each family. Undefined: the first it listens on. */
  sources?: readonly string[];
  /** Pointsman runs it, and talks to it; undefined: the distribution's services do, with what `rndc` finds by itself. */
  supervised?: {
    /** JSON over HTTP, read by whoever is on this machine: counters, and no names. */
    statistics: { address: string; port: number };
    control: { address: string; port: number; keyName: string; keyFile: string };
  };
};

/**
 * Debian's own places: systemd runs it, its logs go to syslog, and `rndc` has the key that the package made. Which BIND it is cannot be
 * known here, so it is written what is right in all.
 */
export const DEBIAN: BindPlace = { directory: '/var/cache/bind', timedStaleAnswers: false };
