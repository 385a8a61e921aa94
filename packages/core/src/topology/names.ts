import { nearest } from '../schema/nearest.ts';
import type { Path } from '../schema/path.ts';
import { showValue } from '../schema/path.ts';
import type { Report } from './problem.ts';
import type { SalvagedSource } from './salvage.ts';

/** What a reference may name. */
export type NameKind = 'network' | 'authority' | 'forwarder tier';

/**
 * The names a file gives to things, the broken ones included: a reference to a network whose own description has a mistake is no
 * mistake of its own.
 */
export type DeclaredNames = Readonly<Record<NameKind, ReadonlySet<string>>>;

/** What the parts of a topology are built from, and where what is wrong with them goes. */
export type BuildContext = {
  source: SalvagedSource;
  /** True for a part that the schema refused, which is therefore missing from `source`. */
  isLeftOut: (path: Path) => boolean;
  names: DeclaredNames;
  report: Report;
};

/** True where `name` is declared; reports the reference at `path` otherwise. `prefix` is what the reference stands behind. */
export function checkName(
  context: BuildContext,
  kind: NameKind,
  name: string,
  path: Path,
  prefix = '',
): boolean {
  const declared = context.names[kind];
  if (declared.has(name)) return true;
  const near = nearest(name, declared);
  const known = [...declared].slice(0, 12).map((each) => prefix + each);
  const rest = declared.size > known.length ? `, and ${declared.size - known.length} more` : '';
  context.report({
    code: `unknown-${kind.replace(' ', '-')}`,
    path,
    value: prefix + name,
    message: `there is no ${kind} ${showValue(name)}`,
    remedy:
      near !== undefined
        ? `did you mean ${showValue(prefix + near)}?`
        : declared.size > 0
          ? `there is ${known.join(', ')}${rest}`
          : `this topology has no ${kind} yet: add it`,
  });
  return false;
}
