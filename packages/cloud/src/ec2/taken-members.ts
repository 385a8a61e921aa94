import { AwsError } from '@pointsman/aws-wire';

/**
 * Refuses an input with members that the operation does not heed: who sends them expects something of them. `takes` are paths, in which lists do
 * not show.
 * @throws AwsError UnsupportedOperation
 */
export function refuseUntaken(input: object, takes: readonly string[]): void {
  const whole = new Set(takes);
  const partly = new Set(takes.flatMap(pathsAbove));
  visit(input, '');

  function visit(value: unknown, path: string): void {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, path);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        const at = path === '' ? name : `${path}.${name}`;
        if (member === undefined || whole.has(at)) continue;
        if (!partly.has(at)) {
          throw new AwsError('UnsupportedOperation', `The parameter ${at} is not supported here.`);
        }
        visit(member, at);
      }
    }
  }
}

/** `a.b.c` → `a`, `a.b` */
function pathsAbove(path: string): string[] {
  const parts = path.split('.');
  return parts.slice(1).map((_part, index) => parts.slice(0, index + 1).join('.'));
}
