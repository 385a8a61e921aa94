import type { LabLink, LabMember, LabServer, LabSubnet, NamespacePlan } from '../world/plan.ts';

/** What of a lab's plan a fault can be of. */
export type FaultPlaces = {
  members: readonly Pick<LabMember, 'name'>[];
  vpcs: readonly { subnets: readonly Pick<LabSubnet, 'availabilityZone'>[] }[];
  links: readonly Pick<LabLink, 'name' | 'between'>[];
  servers: readonly Pick<LabServer, 'address'>[];
};

export function placesIn({ members, vpcs, links, servers }: NamespacePlan): FaultPlaces {
  return {
    members: members.map(({ name }) => ({ name })),
    vpcs: vpcs.map(({ subnets }) => ({
      subnets: subnets.map(({ availabilityZone }) => ({ availabilityZone })),
    })),
    links: links.map(({ name, between }) => ({ name, between })),
    servers: servers.map(({ address }) => ({ address })),
  };
}
