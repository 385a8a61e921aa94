import type * as aws from '@aws-sdk/client-route-53';
import type { TaggedResource } from '../store/model.ts';
import type { Store } from '../store/store.ts';
import { invalidInput, type Operation, ownTaggedResource } from './operation.ts';

/** Characters of a tag's key and value, and resources of one request. */
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;
const MOST_RESOURCES = 10;

export const changeTags: Operation<
  aws.ChangeTagsForResourceRequest,
  aws.ChangeTagsForResourceResponse
> = async (route53, { ResourceType, ResourceId, AddTags = [], RemoveTagKeys = [] }, caller) => {
  const resource = ownTaggedResource(route53, ResourceType, ResourceId, caller);
  if (AddTags.length + RemoveTagKeys.length === 0) {
    throw invalidInput('Either AddTags or RemoveTagKeys must be specified.');
  }
  const add = AddTags.map(({ Key = '', Value = '' }) => {
    if (Key === '' || Key.length > LONGEST_KEY || Value.length > LONGEST_VALUE) {
      throw invalidInput(
        `A tag has a key of 1 to ${LONGEST_KEY} and a value of up to ${LONGEST_VALUE} characters.`,
      );
    }
    return [Key, Value] as const;
  });
  await route53.store.changeTags(resource, Object.fromEntries(add), RemoveTagKeys);
  return {};
};

export const listTags: Operation<aws.ListTagsForResourceRequest, aws.ListTagsForResourceResponse> = (
  route53,
  { ResourceType, ResourceId },
  caller,
) => {
  const resource = ownTaggedResource(route53, ResourceType, ResourceId, caller);
  return { ResourceTagSet: writeTags(route53.store, resource) };
};

export const listTagsOfMany: Operation<aws.ListTagsForResourcesRequest, aws.ListTagsForResourcesResponse> = (
  route53,
  { ResourceType, ResourceIds = [] },
  caller,
) => {
  if (ResourceIds.length < 1 || ResourceIds.length > MOST_RESOURCES) {
    throw invalidInput(`From 1 to ${MOST_RESOURCES} resources can be asked for at once.`);
  }
  const resources = ResourceIds.map((id) => ownTaggedResource(route53, ResourceType, id, caller));
  return { ResourceTagSets: resources.map((resource) => writeTags(route53.store, resource)) };
};

function writeTags(store: Store, resource: TaggedResource): aws.ResourceTagSet {
  const tags = Object.entries(store.tags(resource));
  return {
    ResourceType: resource.kind,
    ResourceId: resource.id,
    Tags: tags.map(([Key, Value]) => ({ Key, Value })),
  };
}
