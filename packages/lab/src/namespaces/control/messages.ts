/** What other commands say to a lab that runs, over its channel. */
export type ToLab =
  /** `fault` in words, as `drill` has them. Unless it is to be kept, it is healed when the channel ends. */
  | { do: 'break'; fault: readonly string[]; keep: boolean }
  /** The faults of one drill, or all that is broken. */
  | { do: 'heal'; fault?: readonly string[] }
  /** The machine that has a member's address now. */
  | { do: 'find'; member: string }
  /** Everything from now on that somebody of the lab notices. */
  | { do: 'watch' }
  /** Whoever runs the lab ends it. */
  | { do: 'end' };

/** What it answers, and tells. */
export type FromLab =
  | { event: 'broken' }
  | { event: 'refused'; message: string }
  | { event: 'healed'; faults: readonly string[] }
  | { event: 'found'; machine: string }
  | { event: 'noticed'; notice: Notice };

/** Something that somebody of a lab noticed. */
export type Notice = {
  /** In words. */
  what: string;
  /** Where it is about a server: its address, who noticed, and whether it answers. */
  about?: { address: string; observer: string; answers: boolean };
};

/** Programs of ours alone have the right to speak here, so this keeps out mistakes, not attacks. */
export function readToLab(message: unknown): ToLab | undefined {
  const { do: what, fault, keep, member } = (message ?? {}) as Record<string, unknown>;
  const isFault = Array.isArray(fault) && fault.every((word) => typeof word === 'string');
  if (what === 'heal' && isFault) return { do: what, fault };
  if (what === 'find' && typeof member === 'string') return { do: what, member };
  if (what === 'heal' || what === 'watch' || what === 'end') return { do: what };
  return what === 'break' && isFault ? { do: what, fault, keep: keep === true } : undefined;
}
