import { AwsError } from '@pointsman/aws-wire';
import type { Fabric } from '../fabric/fabric.ts';
import type { Edit } from '../state/versions.ts';
import {
  compileDhcpOptions,
  compileInterface,
  compilePeering,
  compileSecurityGroup,
  compileSubnet,
  compileVpc,
} from './compile-fabric.ts';
import type { Ec2 } from './ec2.ts';
import type { Ec2State, Vpc } from './model.ts';

export type Ec2Edit = Edit<Ec2State>;

/**
 * Carries edits out in the fabric, then puts them into the state: all or none. Where the fabric fails, what it had done of them is undone.
 * Whoever calls holds the locks of the records, so that nothing changes in between.
 * @throws AwsError InternalError
 */
export async function commit(
  { state, fabric, onFailure }: Pick<Ec2, 'state' | 'fabric' | 'onFailure'>,
  edits: readonly Ec2Edit[],
): Promise<void> {
  const done: Step[] = [];
  try {
    for (const step of planSteps(fabric, state.now(), edits)) {
      await step.apply();
      done.push(step);
    }
  } catch (cause) {
    for (const step of done.reverse()) {
      await step.undo().catch((error: unknown) => onFailure(error, `undo ${step.what}`));
    }
    throw new AwsError('InternalError', 'An internal error has occurred', { status: 500, cause });
  }
  state.write(edits);
}

/** A thing that the fabric has to make or change; `undo` brings back what was before. */
type Step = { what: string; apply: () => Promise<void>; undo: () => Promise<void> };

/** What edits mean to the fabric, in the order in which it can be done: containers are made before what is in them, and go after it. */
function planSteps(fabric: Fabric, before: Ec2State, edits: readonly Ec2Edit[]): Step[] {
  const steps: { rank: number; isRemoval: boolean; step: Step }[] = [];
  const add = <Told extends object>(
    rank: number,
    id: string,
    told: { before: Told | undefined; after: Told | undefined },
    how: { put: (each: Told) => Promise<void>; remove: () => Promise<void> },
  ) => {
    if (JSON.stringify(told.before) === JSON.stringify(told.after)) return;
    const bring = (each: Told | undefined) => (each ? how.put(each) : how.remove());
    steps.push({
      rank,
      isRemoval: !told.after,
      step: { what: id, apply: () => bring(told.after), undo: () => bring(told.before) },
    });
  };
  const after = overlay(before, edits);
  for (const edit of edits) addSteps(fabric, { before, after }, edit, add);
  const makes = steps.filter(({ isRemoval }) => !isRemoval).sort((a, b) => a.rank - b.rank);
  const removals = steps.filter(({ isRemoval }) => isRemoval).sort((a, b) => b.rank - a.rank);
  return [...makes, ...removals].map(({ step }) => step);
}

type Add = <Told extends object>(
  rank: number,
  id: string,
  told: { before: Told | undefined; after: Told | undefined },
  how: { put: (each: Told) => Promise<void>; remove: () => Promise<void> },
) => void;

function addSteps(
  fabric: Fabric,
  { before, after }: { before: Ec2State; after: Pick<Ec2State, 'dhcpOptions'> },
  edit: Ec2Edit,
  add: Add,
): void {
  const { id } = edit;
  const both = <Kept, Told>(
    kept: Kept | undefined,
    record: Kept | undefined,
    compile: (each: Kept) => Told,
  ) => ({
    before: kept && compile(kept),
    after: record && compile(record),
  });
  switch (edit.table) {
    case 'vpcs': {
      const kept = before.vpcs.get(id);
      add(0, id, both(kept, edit.record, compileVpc), {
        put: fabric.putVpc,
        remove: () => fabric.deleteVpc(id),
      });
      if (!edit.record) return;
      const told = {
        before: kept && { options: dhcpOf(before, kept) },
        after: { options: dhcpOf(after, edit.record) },
      };
      // A VPC that was not there takes its options with it when it goes again.
      add(1, id, told, {
        put: ({ options }) => fabric.putDhcpOptions(id, options),
        remove: async () => {},
      });
      return;
    }
    case 'securityGroups':
      return add(2, id, both(before.securityGroups.get(id), edit.record, compileSecurityGroup), {
        put: fabric.putSecurityGroup,
        remove: () => fabric.deleteSecurityGroup(id),
      });
    case 'subnets':
      return add(3, id, both(before.subnets.get(id), edit.record, compileSubnet), {
        put: fabric.putSubnet,
        remove: () => fabric.deleteSubnet(id),
      });
    case 'interfaces':
      return add(4, id, both(before.interfaces.get(id), edit.record, compileInterface), {
        put: fabric.putInterface,
        remove: () => fabric.deleteInterface(id),
      });
    case 'peerings':
      return add(5, id, both(before.peerings.get(id), edit.record, compilePeering), {
        put: fabric.putPeering,
        remove: () => fabric.deletePeering(id),
      });
    default:
      return;
  }
}

function dhcpOf({ dhcpOptions }: Pick<Ec2State, 'dhcpOptions'>, { dhcpOptionsId }: Vpc) {
  return compileDhcpOptions(dhcpOptions.get(dhcpOptionsId));
}

/** The option sets as they are after the edits. */
function overlay({ dhcpOptions }: Ec2State, edits: readonly Ec2Edit[]): Pick<Ec2State, 'dhcpOptions'> {
  const copy = new Map(dhcpOptions);
  for (const edit of edits) {
    if (edit.table === 'dhcpOptions' && edit.record) copy.set(edit.id, edit.record);
  }
  return { dhcpOptions: copy };
}
