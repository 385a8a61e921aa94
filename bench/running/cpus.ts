import { readFile } from 'node:fs/promises';

/** Which CPU serves and which one loads, where this process may use at least two. */
export type Pinning = { server: number; load: number } | undefined;

/** Numbers from a Linux CPU list such as `0-3,8`. */
export function parseCpuList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [first, last = first] = range.split('-').map(Number);
      if (first === undefined || last === undefined) return [];
      return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
    });
}

export async function choosePinning(): Promise<Pinning> {
  const status = await readFile('/proc/self/status', 'utf8');
  const allowed = parseCpuList(/^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? '');
  const [server, load] = allowed;
  return server === undefined || load === undefined ? undefined : { server, load };
}
