import type * as aws from '@aws-sdk/client-ec2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { commit, type Ec2Edit } from './commit.ts';
import { type Ec2, operation, PAGED } from './ec2.ts';
import { compileFilters, type FilterFields } from './filters.ts';
import type { Ec2Records, Ec2State, Owned, Tags } from './model.ts';
import { pageOf } from './paging.ts';
import { findOwn, isOwn, KINDS, missingParameter } from './resources.ts';
import { addTags } from './tag-specifications.ts';

type Table = keyof Ec2Records;
const TABLES = Object.keys(KINDS) as Table[];

export const createTags = operation<aws.CreateTagsRequest>(
  ['Resources', 'Tags'],
  (ec2, { Resources = [], Tags = [] }, caller) => {
    if (Tags.length === 0) throw missingParameter('Tag');
    return changeTags(ec2, Resources, caller, (tags) => addTags(tags, Tags));
  },
);

/** Without tags, all of them go; a tag with a value goes only where it has that one. */
export const deleteTags = operation<aws.DeleteTagsRequest>(
  ['Resources', 'Tags'],
  (ec2, { Resources = [], Tags }, caller) =>
    changeTags(ec2, Resources, caller, (tags) => {
      const isGone = ([key, value]: [string, string]) =>
        !Tags || Tags.some(({ Key, Value }) => Key === key && (Value === undefined || Value === value));
      return Object.fromEntries(
        Object.entries(tags).filter((entry) => entry[0].startsWith('aws:') || !isGone(entry)),
      );
    }),
);

/** All resources of a request or none. */
function changeTags(
  ec2: Ec2,
  ids: readonly string[],
  caller: Caller,
  change: (tags: Tags) => Tags,
): Promise<object> {
  const find = () => [...new Set(ids)].map((id) => findAny(ec2.state.now(), id, caller));
  const locks = new Set(find().flatMap(({ table, record }) => locksOf(table, record)));
  return ec2.locks.run([...locks], async () => {
    const edits = find().map(
      ({ table, record }) =>
        ({ table, id: record.id, record: { ...record, tags: change(record.tags) } }) as Ec2Edit,
    );
    await commit(ec2, edits);
    return {};
  });
}

type Found = { table: Table; record: Owned };

/** @throws AwsError InvalidID for an ID of no kind, …NotFound */
function findAny(state: Ec2State, id: string, caller: Caller): Found {
  const prefix = id.slice(0, id.lastIndexOf('-'));
  const table = TABLES.find((each) => KINDS[each].prefix === prefix);
  if (!table) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
  return { table, record: findOwn(state, table, id, caller) };
}

/** What has to be held to write a record: see `Ec2`. */
function locksOf(table: Table, record: Owned): string[] {
  if (table === 'peerings') {
    const { requester, accepter } = record as Ec2Records['peerings'];
    return [requester.vpcId, accepter.vpcId];
  }
  return ['vpcId' in record ? String(record.vpcId) : record.id];
}

type ListedTag = { id: string; resourceId: string; table: Table; key: string; value: string; tags: Tags };

const FIELDS: FilterFields<ListedTag> = {
  key: ({ key }) => key,
  value: ({ value }) => value,
  'resource-id': ({ resourceId }) => resourceId,
  'resource-type': ({ table }) => KINDS[table].resourceType,
};

export const describeTags = operation<aws.DescribeTagsRequest, aws.DescribeTagsResult>(
  [...PAGED],
  ({ state }, input, caller) => {
    const seen = state.seen();
    const all = TABLES.flatMap((table) =>
      [...(seen[table] as ReadonlyMap<string, Owned>).values()]
        .filter((record) => isOwn(record, caller))
        .flatMap(({ id, tags }) =>
          Object.entries(tags).map(([key, value]): ListedTag => {
            return { id: `${id} ${key}`, resourceId: id, table, key, value, tags: { [key]: value } };
          }),
        ),
    );
    const asked = all.filter(compileFilters(input.Filters, FIELDS));
    const { page, NextToken } = pageOf(asked, input, { name: 'resources', given: [] });
    return {
      Tags: page.map(({ resourceId, table, key, value }) => ({
        ResourceId: resourceId,
        ResourceType: KINDS[table].resourceType as aws.ResourceType,
        Key: key,
        Value: value,
      })),
      NextToken,
    };
  },
);
