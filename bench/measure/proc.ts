import { readdir, readFile } from 'node:fs/promises';

/** CPU time and memory of a process from Linux's /proc (proc(5)). */

/** Microseconds since the process began, all its threads together. */
export type CpuTime = { user: number; system: number };

/** The unit of /proc/PID/stat: USER_HZ, which is 100 on every architecture that Node runs on. */
const MICROSECONDS_A_TICK = 10_000;

/** utime and stime, fields 14 and 15. The second field, the name in parentheses, may itself hold spaces and parentheses. */
export function parseStat(text: string): CpuTime {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    user: Number(fields[11]) * MICROSECONDS_A_TICK,
    system: Number(fields[12]) * MICROSECONDS_A_TICK,
  };
}

/** The resident set (VmRSS) in bytes. */
export function parseResidentBytes(status: string): number {
  return Number(/^VmRSS:\s*([0-9]+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

export async function cpuTime(pid: number): Promise<CpuTime> {
  return parseStat(await readFile(`/proc/${pid}/stat`, 'latin1'));
}

export async function residentBytes(pid: number): Promise<number> {
  return parseResidentBytes(await readFile(`/proc/${pid}/status`, 'latin1'));
}

/** The CPU time of a process and of everything that descends from it, for a server of several processes such as nsd. */
export async function familyCpuTime(pid: number): Promise<CpuTime> {
  const total = await cpuTime(pid);
  for (const child of await children(pid)) {
    const { user, system } = await familyCpuTime(child);
    total.user += user;
    total.system += system;
  }
  return total;
}

/** The resident memory of the same; pages that processes share count for each. */
export async function familyResidentBytes(pid: number): Promise<number> {
  let total = await residentBytes(pid);
  for (const child of await children(pid)) total += await familyResidentBytes(child);
  return total;
}

/** Microseconds that one CPU was not idle since the machine booted, from /proc/stat: all but idle, iowait and guest times. */
export function parseBusy(stat: string, cpu: number): number {
  const [user, nice, system, , , interrupt, softInterrupt, stolen] = (
    new RegExp(`^cpu${cpu} (.*)$`, 'm').exec(stat)?.[1] ?? ''
  )
    .split(' ')
    .map(Number);
  return (
    [user, nice, system, interrupt, softInterrupt, stolen].reduce<number>(
      (sum, ticks) => sum + (ticks ?? 0),
      0,
    ) * MICROSECONDS_A_TICK
  );
}

export async function busyTime(cpu: number): Promise<number> {
  return parseBusy(await readFile('/proc/stat', 'latin1'), cpu);
}

async function children(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'latin1')),
  );
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}
