import { AwsError } from '@pointsman/aws-wire';
import type { Edit } from '../state/versions.ts';
import type { Ec2 } from './ec2.ts';
import { planSteps, type Step } from './fabric-steps.ts';
import type { Ec2State } from './model.ts';

export type Ec2Edit = Edit<Ec2State>;

/**
 * Carries edits out in the fabric, then puts them into the state: all or none. Where the fabric fails, what it had done of them is undone, the
 * step that failed too: it may have been done in part. Whoever calls holds the locks of the records, so that nothing changes in between.
 * @throws AwsError InternalError
 */
export async function commit(
  { state, fabric, onFailure }: Pick<Ec2, 'state' | 'fabric' | 'onFailure'>,
  edits: readonly Ec2Edit[],
): Promise<void> {
  const begun: Step[] = [];
  try {
    for (const step of planSteps(fabric, state.now(), edits)) {
      begun.push(step);
      await step.apply();
    }
  } catch (cause) {
    for (const { what, undo } of begun.reverse()) {
      await undo().catch((error: unknown) => onFailure(error, `undo ${what}`));
    }
    throw new AwsError('InternalError', 'An internal error has occurred', { status: 500, cause });
  }
  state.write(edits);
}
