import type { MembersAccess } from '@pointsman/host';
import { findLab, WorldError } from '@pointsman/lab';
import { ranInOwnLab } from '../own-lab.ts';

/** How to ask the lab's cloud about what an account has. */
type LabAccess = (account: string) => MembersAccess;

/**
 * The way into the cloud of the lab that runs here; undefined where none does, and `ran` where this command has been run in it instead, as it is
 * one of a user who is not root.
 * @throws WorldError `not-allowed` where it is root's, and we are not
 */
export async function findLabAccess(lab: string): Promise<LabAccess | 'ran' | undefined> {
  if (await ranInOwnLab(lab)) return 'ran';
  try {
    const { record, channel } = await findLab(lab, () => {});
    channel.close();
    const { aws, keys } = record;
    return (account) => ({ endpoint: aws.endpoint, keys: keys.find((each) => each.account === account) });
  } catch (error) {
    if (error instanceof WorldError && error.code === 'not-running') return undefined;
    throw error;
  }
}
