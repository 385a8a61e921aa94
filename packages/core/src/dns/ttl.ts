/** RFC 2181 §8: 31 bits. */
export const MAX_TTL = 2 ** 31 - 1;

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of `3600` or of BIND's `1h30m` (w, d, h, m, s, each once, in any case); undefined for anything else or over 2^31 - 1. */
export function parseTtl(text: string): number | undefined {
  if (/^[0-9]{1,10}$/.test(text)) return Number(text) <= MAX_TTL ? Number(text) : undefined;
  if (
    !/^(?:[0-9]{1,10}w)?(?:[0-9]{1,10}d)?(?:[0-9]{1,10}h)?(?:[0-9]{1,10}m)?(?:[0-9]{1,10}s)?$/i.test(text)
  ) {
    return undefined;
  }
  let seconds: number | undefined;
  for (const [, count, unit] of text.matchAll(/([0-9]+)([a-z])/gi)) {
    seconds = (seconds ?? 0) + Number(count) * SECONDS[unit!.toLowerCase()]!;
  }
  return seconds !== undefined && seconds <= MAX_TTL ? seconds : undefined;
}
