import type { Deciding, Decision } from './create-store.ts';
import { findHealthCheck } from './health-check-writes.ts';
import type { TaggedResource, Tags } from './model.ts';
import { Refusal } from './refusal.ts';
import { findZone } from './zone-writes.ts';

/** Tags of one resource: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html */
const MOST_TAGS = 50;

export function changeTags(
  deciding: Deciding,
  resource: TaggedResource,
  add: Tags,
  remove: readonly string[],
): Decision<Tags> {
  const { account } =
    resource.kind === 'hostedzone' ? findZone(deciding, resource.id) : findHealthCheck(deciding, resource.id);
  const kept = Object.entries(deciding.reads.tags(resource)).filter(([key]) => !remove.includes(key));
  const tags = Object.fromEntries([...kept, ...Object.entries(add)]);
  if (Object.keys(tags).length > MOST_TAGS)
    throw new Refusal('InvalidInput', `A resource can have at most ${MOST_TAGS} tags.`);
  return { account, mutations: [{ kind: 'tags', resource, tags }], value: tags };
}
