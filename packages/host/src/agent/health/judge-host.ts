/** What a host is found to be like. */
export type HostSigns = {
  /** Why the state directory cannot be written; undefined where it can. */
  disk: string | undefined;
  /** Of all memory, from 0 to 1. */
  memoryAvailable: number;
  /** How far the clock is ahead of the cloud's, milliseconds; undefined where nobody has said. */
  clockOffset: number | undefined;
};

export type HostFault = { what: 'disk' | 'memory' | 'clock'; text: string };

/** Since when each fault has been there without interruption, milliseconds. */
export type HostMemory = ReadonlyMap<HostFault['what'], number>;

/** Milliseconds that a fault has to last: what passes by itself replaces no machine. */
const LASTS = { disk: 20_000, memory: 30_000, clock: 60_000 };
const LEAST_MEMORY = 0.01;
/** AWS refuses what was signed more than five minutes ago: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html */
const MOST_CLOCK_OFFSET = 4 * 60_000;

/** What is wrong with a host, and has been for long enough. */
export function judgeHost(
  memory: HostMemory,
  signs: HostSigns,
  now: number,
): { memory: HostMemory; faults: HostFault[] } {
  const seen = faultsOf(signs);
  const next = new Map(seen.map(({ what }) => [what, memory.get(what) ?? now]));
  return { memory: next, faults: seen.filter(({ what }) => now - next.get(what)! >= LASTS[what]) };
}

function faultsOf({ disk, memoryAvailable, clockOffset = 0 }: HostSigns): HostFault[] {
  const faults: HostFault[] = [];
  if (disk !== undefined)
    faults.push({ what: 'disk', text: `the state directory cannot be written: ${disk}` });
  if (memoryAvailable < LEAST_MEMORY)
    faults.push({ what: 'memory', text: `${(memoryAvailable * 100).toFixed(1)} % of memory is available` });
  if (Math.abs(clockOffset) > MOST_CLOCK_OFFSET)
    faults.push({
      what: 'clock',
      text: `the clock is ${Math.round(clockOffset / 1000)} s ahead of the cloud's`,
    });
  return faults;
}
