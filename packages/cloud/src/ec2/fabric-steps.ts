import type { Fabric } from '../fabric/fabric.ts';
import type { Ec2Edit } from './commit.ts';
import {
  compileDhcpOptions,
  compileInterface,
  compilePeering,
  compileSecurityGroup,
  compileSubnet,
  compileVpc,
} from './compile-fabric.ts';
import type { Ec2State, Instance, Vpc } from './model.ts';

/** A thing that the fabric has to make, change or remove; `undo` brings back what was before. */
export type Step = {
  what: string;
  apply: () => Promise<void>;
  undo: () => Promise<void>;
  /** Containers are made before what is in them, and go after it. */
  rank: number;
  isRemoval: boolean;
};

/** What edits mean to the fabric, in the order in which it can be done. Of what the fabric would see no change in, there is no step. */
export function planSteps(fabric: Fabric, before: Ec2State, edits: readonly Ec2Edit[]): Step[] {
  const steps = edits.flatMap((edit) => stepsOf(fabric, before, edit));
  const makes = steps.filter(({ isRemoval }) => !isRemoval).sort((a, b) => a.rank - b.rank);
  const removals = steps.filter(({ isRemoval }) => isRemoval).sort((a, b) => b.rank - a.rank);
  return [...makes, ...removals];
}

function stepsOf(fabric: Fabric, before: Ec2State, edit: Ec2Edit): Step[] {
  const { id } = edit;
  switch (edit.table) {
    case 'vpcs': {
      const vpc = changeOf(before.vpcs.get(id), edit.record, compileVpc);
      const dhcp = changeOf(before.vpcs.get(id), edit.record, (each) => ({ options: dhcpOf(before, each) }));
      return [
        ...makeStep(0, id, vpc, { put: fabric.putVpc, remove: fabric.deleteVpc }),
        // A VPC takes its options with it when it goes.
        ...makeStep(1, id, dhcp, {
          put: ({ options }) => fabric.putDhcpOptions(id, options),
          remove: async () => {},
        }),
      ];
    }
    case 'securityGroups': {
      const change = changeOf(before.securityGroups.get(id), edit.record, compileSecurityGroup);
      return makeStep(2, id, change, { put: fabric.putSecurityGroup, remove: fabric.deleteSecurityGroup });
    }
    case 'subnets': {
      const change = changeOf(before.subnets.get(id), edit.record, compileSubnet);
      return makeStep(3, id, change, { put: fabric.putSubnet, remove: fabric.deleteSubnet });
    }
    case 'interfaces': {
      const change = changeOf(before.interfaces.get(id), edit.record, compileInterface);
      return makeStep(4, id, change, { put: fabric.putInterface, remove: fabric.deleteInterface });
    }
    case 'peerings': {
      const change = changeOf(before.peerings.get(id), edit.record, compilePeering);
      return makeStep(5, id, change, { put: fabric.putPeering, remove: fabric.deletePeering });
    }
    case 'instances': {
      const change = changeOf(before.instances.get(id), edit.record, hopLimitOf);
      // A machine that is started is told with all the rest of it.
      if (!change.before || !change.after) return [];
      return makeStep(6, id, change, {
        put: ({ limit }) => fabric.setMetadataHopLimit(id, limit),
        remove: async () => {},
      });
    }
    default:
      return [];
  }
}

/** What the fabric was told of a record, and what it is to be told; undefined: nothing. */
type Change<Told> = { before: Told | undefined; after: Told | undefined };

function changeOf<Kept, Told>(
  before: Kept | undefined,
  after: Kept | undefined,
  compile: (each: Kept) => Told | undefined,
): Change<Told> {
  return { before: before && compile(before), after: after && compile(after) };
}

function makeStep<Told>(
  rank: number,
  id: string,
  { before, after }: Change<Told>,
  { put, remove }: { put: (told: Told) => Promise<void>; remove: (id: string) => Promise<void> },
): Step[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const bring = (told: Told | undefined) => (told === undefined ? remove(id) : put(told));
  return [
    { what: id, rank, isRemoval: after === undefined, apply: () => bring(after), undo: () => bring(before) },
  ];
}

function hopLimitOf({ metadataOptions }: Instance) {
  return { limit: metadataOptions.httpPutResponseHopLimit };
}

function dhcpOf({ dhcpOptions }: Ec2State, { dhcpOptionsId }: Vpc) {
  return compileDhcpOptions(dhcpOptions.get(dhcpOptionsId));
}
