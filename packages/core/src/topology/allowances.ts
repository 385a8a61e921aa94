import type { BuildContext } from './names.ts';
import type { Allowance } from './topology.ts';

/** Builds the list of findings that may stay. Whether there are such findings is told where they are looked for. */
export function buildAllowances({ source }: BuildContext): readonly Allowance[] {
  return Object.freeze(
    source.allow.map(({ code, subject, reason }, index) =>
      Object.freeze({ path: Object.freeze(['allow', index]), code, subject, reason: reason.trim() }),
    ),
  );
}
