/** The tags by which what stands for a part of the topology is found. */
export const NETWORK_TAG = 'pointsman:network';
export const TIER_TAG = 'pointsman:tier';
export const MEMBER_TAG = 'pointsman:member';

type ResourceType =
  | 'vpc'
  | 'dhcp-options'
  | 'subnet'
  | 'network-interface'
  | 'instance'
  | 'launch-template'
  | 'vpc-peering-connection';

/** The tags of a resource in the shape in which EC2 takes them. */
export function tagsOf(ResourceType: ResourceType, tags: Record<string, string>) {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return { TagSpecifications: [{ ResourceType, Tags }] };
}
