import type { AccessKey, Caller } from '@pointsman/aws-wire';
import type { Clock } from '../clock/clock.ts';
import { systemClock } from '../clock/clock.ts';
import { createCloud } from '../endpoint/create-cloud.ts';
import { GUEST as GUEST_KEY, OWNER as OWNER_KEY, REGION } from '../endpoint/test-cloud.ts';
import { rememberingFabric } from '../fabric/remembering-fabric.ts';
import { type CloudFaults, NO_DELAYS } from '../state/faults.ts';
import type { Ec2Api } from './api.ts';

export const ZONE = `${REGION}a`;
/** Who calls in this process. */
export const OWNER = callerOf(OWNER_KEY);
export const GUEST = callerOf(GUEST_KEY);

function callerOf({ account, accessKeyId }: AccessKey): Caller {
  return { account, accessKeyId, region: REGION };
}

/** A cloud of two accounts over a fabric that remembers, for tests that call in this process. */
export function makeCloud(
  options: { faults?: Partial<CloudFaults>; clock?: Clock; random?: () => number } = {},
) {
  const { faults, clock = systemClock, random = Math.random } = options;
  const fabric = rememberingFabric();
  const failures: unknown[] = [];
  const cloud = createCloud({
    fabric,
    clock,
    faults: { ...NO_DELAYS, ...faults },
    random,
    onFailure: (error) => failures.push(error),
  });
  return { cloud, ec2: cloud.ec2, core: cloud.core, fabric, failures };
}

/** A VPC 10.0.0.0/16 with a subnet 10.0.1.0/24 in the first availability zone. */
export async function makeSubnet({ ec2 }: { ec2: Ec2Api }, cidr = '10.0.0.0/16') {
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: cidr }, OWNER);
  const CidrBlock = cidr.replace('.0.0/16', '.1.0/24');
  const { Subnet } = await ec2.CreateSubnet({ VpcId: Vpc!.VpcId, CidrBlock, AvailabilityZone: ZONE }, OWNER);
  return { vpcId: Vpc!.VpcId!, subnetId: Subnet!.SubnetId! };
}

export const AMI = 'ami-0123456789abcdef0';

/** A running instance in a subnet. */
export async function runInstance({ ec2, core }: Pick<TestCloud, 'ec2' | 'core'>, subnetId: string) {
  const input = {
    ImageId: AMI,
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnetId,
    InstanceType: 't3.medium' as const,
  };
  const { Instances } = await ec2.RunInstances(input, OWNER);
  await core.background.settled();
  return Instances![0]!;
}

export type TestCloud = ReturnType<typeof makeCloud>;
export function refusedAs(code: string, message = /./) {
  return (error: unknown) => {
    const { name, code: own, message: said } = error as { name: string; code?: string; message: string };
    return (own ?? name) === code && message.test(said);
  };
}
