import type { Filter } from '@aws-sdk/client-ec2';
import type { Caller } from '@pointsman/aws-wire';
import { compileFilters, type FilterFields } from './filters.ts';
import type { Ec2Records, Ec2State } from './model.ts';
import { type PageRequest, pageOf } from './paging.ts';
import { findOwnMany, isOwn } from './resources.ts';

export type ListRequest = PageRequest & { Filters?: readonly Filter[] | undefined };

export type ListOptions<Name extends keyof Ec2State> = {
  table: Name;
  /** What the request names, and how the parameter is called. */
  ids: { name: string; given: readonly string[] | undefined };
  fields: FilterFields<Ec2Records[Name]>;
  isVisible?: (record: Ec2Records[Name], caller: Caller) => boolean;
};

/** What a Describe… operation finds: of its IDs or all, through its filters, a page of them. @throws AwsError */
export function listOwn<Name extends keyof Ec2State>(
  state: Ec2State,
  request: ListRequest,
  caller: Caller,
  { table, ids, fields, isVisible = isOwn }: ListOptions<Name>,
): { page: Ec2Records[Name][]; NextToken: string | undefined } {
  const passes = compileFilters(request.Filters, fields);
  const all = [...(state[table] as ReadonlyMap<string, Ec2Records[Name]>).values()];
  const named =
    ids.given && ids.given.length > 0
      ? findOwnMany(state, table, [...new Set(ids.given)], caller, isVisible)
      : all.filter((record) => isVisible(record, caller));
  return pageOf(named.filter(passes), request, ids);
}
