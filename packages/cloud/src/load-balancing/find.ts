import { AwsError, type Caller } from '@pointsman/aws-wire';
import type { PageWords } from '../endpoint/paging.ts';
import type { BalancingRecords, BalancingState } from './model.ts';

type Kind = keyof BalancingState;

const WORDS: Readonly<Record<Kind, { code: string; noun: string }>> = {
  loadBalancers: { code: 'LoadBalancerNotFound', noun: 'load balancers' },
  targetGroups: { code: 'TargetGroupNotFound', noun: 'target groups' },
  listeners: { code: 'ListenerNotFound', noun: 'listeners' },
};

/** All of the caller's account and region. */
export function own<Name extends Kind>(
  state: BalancingState,
  kind: Name,
  { account, region }: Caller,
): BalancingRecords[Name][] {
  const all = [...(state[kind] as ReadonlyMap<string, BalancingRecords[Name]>).values()];
  return all.filter((each) => each.account === account && each.region === region);
}

/** @throws AwsError LoadBalancerNotFound, TargetGroupNotFound, ListenerNotFound */
export function findOwn<Name extends Kind>(
  state: BalancingState,
  kind: Name,
  arn: string | undefined,
  caller: Caller,
): BalancingRecords[Name] {
  const found = own(state, kind, caller).find((each) => each.arn === arn);
  if (found) return found;
  const { code, noun } = WORDS[kind];
  throw new AwsError(code, `One or more ${noun} not found`);
}

/**
 * Those that a request names by their ARNs or names, or all.
 * @throws AwsError LoadBalancerNotFound, TargetGroupNotFound
 */
export function select<Name extends 'loadBalancers' | 'targetGroups'>(
  state: BalancingState,
  kind: Name,
  { arns, names }: { arns: readonly string[] | undefined; names: readonly string[] | undefined },
  caller: Caller,
): BalancingRecords[Name][] {
  const all = own(state, kind, caller);
  if (arns?.length) return arns.map((arn) => findOwn(state, kind, arn, caller));
  if (!names?.length) return all;
  const { code, noun } = WORDS[kind];
  return names.map((name) => {
    const found = all.find((each) => each.name === name);
    if (found) return found;
    throw new AwsError(code, `${noun[0]!.toUpperCase()}${noun.slice(1)} '[${name}]' not found`);
  });
}

/** @throws AwsError ValidationError for a name that load balancers and target groups cannot have */
export function checkName(name: string, what: string): string {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name) && !name.startsWith('internal-'))
    return name;
  throw invalid(
    `The ${what} name '${name}' can have at most 32 letters, digits and hyphens, does not begin or end with a hyphen, and not begin with 'internal-'`,
  );
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** How Elastic Load Balancing speaks of pages. */
export const PAGE_WORDS: PageWords = { size: 'pageSize', invalid };
export const LARGEST_PAGE = 400;
