import { AwsError, type Caller } from '@pointsman/aws-wire';

/** One operation of a service, in the shapes of AWS's model. @throws AwsError */
export type Operation<Context, Input, Output> = (
  context: Context,
  input: Input,
  caller: Caller,
) => Output | Promise<Output>;

type Bound<Each> =
  Each extends Operation<never, infer Input, infer Output>
    ? (input: Input, caller: Caller) => Promise<Output>
    : never;

/** Operations by AWS's names, for callers in the same process. They throw what the wire would say. */
export type Api<Operations> = { readonly [Name in keyof Operations]: Bound<Operations[Name]> };

export function bindOperations<Context, Operations extends object>(
  context: Context,
  operations: Operations,
): Api<Operations> {
  const bound = Object.entries(operations).map(([name, operation]) => [
    name,
    async (input: object, caller: Caller) =>
      (operation as Operation<Context, object, object>)(context, input, caller),
  ]);
  return Object.fromEntries(bound);
}

/**
 * For the members of an input that an operation does nothing with: a client that sends one expects something of it.
 * @throws AwsError NotImplemented
 */
export function refuseOthers(others: object): void {
  const [name] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  throw new AwsError('NotImplemented', `${name} is not implemented here.`, { status: 501 });
}
