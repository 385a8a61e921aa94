import { AwsError, type Caller } from '@pointsman/aws-wire';
import type { Subnet } from '../ec2/model.ts';
import type { LoadBalancer, LoadBalancing } from './model.ts';

/** Elastic Load Balancing acts by a role of its own. */
export function asBalancing(account: string, region: string): Caller {
  return {
    account,
    region,
    accessKeyId: 'elasticloadbalancing',
    principal: 'elasticloadbalancing.amazonaws.com',
  };
}

/** An interface in each subnet: all of them or none. @throws AwsError InvalidSubnet */
export async function makeInterfaces(
  { ec2 }: Pick<LoadBalancing, 'ec2'>,
  subnets: readonly Subnet[],
  { description, groups, caller }: { description: string; groups: readonly string[]; caller: Caller },
): Promise<string[]> {
  const made: string[] = [];
  try {
    for (const { id } of subnets) {
      const input = {
        SubnetId: id,
        Description: description,
        ...(groups.length > 0 && { Groups: [...groups] }),
      };
      const { NetworkInterface } = await ec2.CreateNetworkInterface(input, caller);
      made.push(NetworkInterface!.NetworkInterfaceId!);
    }
    return made;
  } catch (cause) {
    for (const id of made) await ec2.DeleteNetworkInterface({ NetworkInterfaceId: id }, caller);
    throw new AwsError('InvalidSubnet', `No address could be had: ${(cause as Error).message}`);
  }
}

/** One that somebody has deleted already is no hindrance. */
export async function deleteInterfaces(
  { ec2, ec2State }: Pick<LoadBalancing, 'ec2' | 'ec2State'>,
  { account, region, places }: LoadBalancer,
): Promise<void> {
  for (const { interfaceId } of places) {
    if (!ec2State.now().interfaces.has(interfaceId)) continue;
    await ec2.DeleteNetworkInterface({ NetworkInterfaceId: interfaceId }, asBalancing(account, region));
  }
}
