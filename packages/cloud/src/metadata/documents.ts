import type { Machine, MachineCredentials, MachineInterface, MachineProfile } from './machine.ts';

/** A category of metadata: what is undefined is not there. Names come in the order that listings have. */
export type Category = { readonly [name: string]: Metadata | undefined };
export type Metadata = string | Uint8Array | Category | (() => string);

/** All paths below `/latest/`: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html */
export function describeMachine(machine: Machine, deviceNumberOf: (each: MachineInterface) => number) {
  return {
    dynamic: { 'instance-identity': { document: () => identityDocument(machine) } },
    'meta-data': describeInstance(machine, deviceNumberOf),
    'user-data': machine.userData,
  };
}

function describeInstance(machine: Machine, deviceNumberOf: (each: MachineInterface) => number): Category {
  const { interfaces, profile, targetLifecycleState, tags } = machine;
  const primary = interfaces[0];
  return {
    'ami-id': machine.imageId,
    ...(targetLifecycleState !== undefined && {
      autoscaling: { 'target-lifecycle-state': targetLifecycleState },
    }),
    hostname: machine.hostname,
    ...(profile && { iam: describeProfile(profile) }),
    'instance-id': machine.instanceId,
    'instance-type': machine.instanceType,
    'local-hostname': machine.hostname,
    'local-ipv4': primary?.ipv4Addresses[0],
    mac: primary?.mac,
    network: {
      interfaces: {
        macs: Object.fromEntries(
          interfaces.map((each) => [each.mac, describeInterface(each, deviceNumberOf(each))]),
        ),
      },
    },
    placement: { 'availability-zone': machine.availabilityZone, region: machine.region },
    ...(tags && { tags: { instance: tags } }),
  };
}

function describeInterface(each: MachineInterface, deviceNumber: number): Category {
  return {
    'device-number': String(deviceNumber),
    'interface-id': each.id,
    ipv6s: lines(each.ipv6Addresses),
    'local-ipv4s': lines(each.ipv4Addresses),
    mac: each.mac,
    'owner-id': each.ownerAccount,
    'security-group-ids': lines(each.securityGroupIds),
    'subnet-id': each.subnetId,
    'subnet-ipv4-cidr-block': each.subnetIpv4Cidr,
    'subnet-ipv6-cidr-blocks': lines(each.subnetIpv6Cidrs),
    'vpc-id': each.vpcId,
    'vpc-ipv4-cidr-block': each.vpcIpv4Cidrs[0],
    'vpc-ipv4-cidr-blocks': lines(each.vpcIpv4Cidrs),
    'vpc-ipv6-cidr-blocks': lines(each.vpcIpv6Cidrs),
  };
}

function lines(items: readonly string[]): string | undefined {
  return items.length > 0 ? items.join('\n') : undefined;
}

function describeProfile({ arn, id, roleName, credentials }: MachineProfile): Category {
  return {
    info: () =>
      writeJson({
        Code: 'Success',
        LastUpdated: timeOf(credentials().issuedAt),
        InstanceProfileArn: arn,
        InstanceProfileId: id,
      }),
    'security-credentials': { [roleName]: () => writeCredentials(credentials()) },
  };
}

function writeCredentials(credentials: MachineCredentials): string {
  return writeJson({
    Code: 'Success',
    LastUpdated: timeOf(credentials.issuedAt),
    Type: 'AWS-HMAC',
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Expiration: timeOf(credentials.expiresAt),
  });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html; nobody signs it here. */
function identityDocument(machine: Machine): string {
  return writeJson({
    accountId: machine.account,
    architecture: machine.architecture,
    availabilityZone: machine.availabilityZone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: machine.imageId,
    instanceId: machine.instanceId,
    instanceType: machine.instanceType,
    kernelId: null,
    pendingTime: timeOf(machine.launchedAt),
    privateIp: machine.interfaces[0]?.ipv4Addresses[0] ?? null,
    ramdiskId: null,
    region: machine.region,
    version: '2017-09-30',
  });
}

function writeJson(value: object): string {
  return JSON.stringify(value, null, 2);
}

/** To the second, as the service gives times. */
function timeOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
