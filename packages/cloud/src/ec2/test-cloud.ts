import { EC2Client } from '@aws-sdk/client-ec2';
import type { Caller } from '@pointsman/aws-wire';
import type { Clock } from '../clock/clock.ts';
import { systemClock } from '../clock/clock.ts';
import { createCloud } from '../endpoint/create-cloud.ts';
import { startCloud } from '../endpoint/start-cloud.ts';
import { rememberingFabric } from '../fabric/remembering-fabric.ts';
import { type CloudFaults, NO_DELAYS } from '../state/faults.ts';

export const REGION = 'ap-southeast-2';
export const ZONE = `${REGION}a`;
export const OWNER: Caller = { account: '111122223333', accessKeyId: 'AKIAOWNER', region: REGION };
export const GUEST: Caller = { account: '444455556666', accessKeyId: 'AKIAGUEST', region: REGION };
const SECRET = 'secret';

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

/** The same behind its endpoint. `served` collects the names of the operations that were called there. */
export async function serveTestCloud(options: Parameters<typeof makeCloud>[0] = {}) {
  const made = makeCloud(options);
  const served = new Set<string>();
  const keys = [OWNER, GUEST].map(({ account, accessKeyId }) => ({
    account,
    accessKeyId,
    secretAccessKey: SECRET,
  }));
  const gate: typeof made.cloud.gate = (call) => {
    served.add(call.operation);
    return made.cloud.gate(call);
  };
  const server = await startCloud({ ...made.cloud, gate }, { address: '127.0.0.1', port: 0, keys });
  const clients = new Set<EC2Client>();
  const client = ({ accessKeyId }: Caller, secretAccessKey = SECRET) => {
    const credentials = { accessKeyId, secretAccessKey };
    const made = new EC2Client({ endpoint: server.endpoint, region: REGION, credentials, maxAttempts: 1 });
    clients.add(made);
    return made;
  };
  return {
    ...made,
    served,
    endpoint: server.endpoint,
    client,
    /** For the AWS CLI. */
    cli: ({ accessKeyId }: Caller) => ({
      endpoint: server.endpoint,
      region: REGION,
      accessKeyId,
      secretAccessKey: SECRET,
    }),
    stop: async () => {
      for (const each of clients) each.destroy();
      await made.core.background.stop();
      await server.stop();
    },
  };
}

/** A VPC 10.0.0.0/16 with a subnet 10.0.1.0/24 in the first availability zone. */
export async function makeSubnet({ ec2 }: Pick<ReturnType<typeof makeCloud>, 'ec2'>, cidr = '10.0.0.0/16') {
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: cidr }, OWNER);
  const CidrBlock = cidr.replace('.0.0/16', '.1.0/24');
  const { Subnet } = await ec2.CreateSubnet({ VpcId: Vpc!.VpcId, CidrBlock, AvailabilityZone: ZONE }, OWNER);
  return { vpcId: Vpc!.VpcId!, subnetId: Subnet!.SubnetId! };
}

export const AMI = 'ami-0123456789abcdef0';

/** A running instance in a subnet. */
export async function runInstance(
  { ec2, core }: Pick<ReturnType<typeof makeCloud>, 'ec2' | 'core'>,
  subnetId: string,
) {
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
