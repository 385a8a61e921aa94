import type { LaunchTemplateSpecification, RunInstancesRequest, TagSpecification } from '@aws-sdk/client-ec2';
import type { GatedCall } from '@pointsman/aws-wire';
import type { Ec2State, LaunchTemplate, Owned } from '../../ec2/model.ts';
import { KINDS } from '../../ec2/resources.ts';
import type { Access } from '../authorize.ts';
import { roleArn } from '../role.ts';
import { makeContext, requestTags, resourceTags } from './context.ts';

/**
 * EC2's actions on the resources that a request names, whose IDs say what they are; what is created is another resource, without an ID yet. The
 * actions that describe have no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
export function ec2Accesses(state: Ec2State, { operation, input, caller }: GatedCall): Access[] {
  const action = `ec2:${operation}`;
  if (operation.startsWith('Describe')) return [{ action, resource: '*', context: makeContext([]) }];
  const tags = tagsOfRequest(input);
  const named = findResources(state, input).map(
    (resource): Access => ({
      action,
      resource: arnOf(resource),
      context: makeContext([...describe(resource), ...requestTags(tags)]),
    }),
  );
  const made = createdTypes(operation, input).map(
    (type): Access => ({
      action,
      resource: `arn:aws:ec2:${caller.region}:${caller.account}:${type}/*`,
      context: makeContext(requestTags(tags)),
    }),
  );
  const tagging = made.length > 0 && tags.length > 0 ? made.map((each) => asTagging(each, operation)) : [];
  const accesses = [...named, ...made, ...tagging, ...passRole(state, { operation, input, caller })];
  return accesses.length > 0 ? accesses : [{ action, resource: '*', context: makeContext([]) }];
}

/** Tags that come with the creation need a permission of their own. */
function asTagging({ resource, context }: Access, operation: string): Access {
  const withAction = new Map([...context, ['ec2:createaction', [operation]] as const]);
  return { action: 'ec2:CreateTags', resource, context: withAction };
}

type Found = { table: keyof Ec2State; record: Owned };

/** The resources whose IDs stand anywhere in a request. An attachment stands for the interface and the instance. */
function findResources(state: Ec2State, input: object): Found[] {
  const found = new Map<string, Found>();
  for (const text of textsOf(input)) {
    for (const id of text.startsWith('eni-attach-') ? attachedTo(state, text) : [text]) {
      for (const table of Object.keys(KINDS) as (keyof Ec2State)[]) {
        const record = state[table].get(id);
        if (record) found.set(id, { table, record });
      }
    }
  }
  return [...found.values()];
}

function attachedTo({ interfaces }: Ec2State, attachmentId: string): string[] {
  for (const { id, attachment } of interfaces.values()) {
    if (attachment?.id === attachmentId) return [id, attachment.instanceId];
  }
  return [];
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    for (const member of Object.values(value)) yield* textsOf(member);
  }
}

function arnOf({ table, record: { account, region, id } }: Found): string {
  return `arn:aws:ec2:${region}:${account}:${KINDS[table].resourceType}/${id}`;
}

function describe({ record }: Found): (readonly [string, string | undefined])[] {
  const { account, region, tags } = record;
  const { vpcId, subnetId, availabilityZone, instanceProfileArn } = record as Owned & {
    [Name in 'vpcId' | 'subnetId' | 'availabilityZone' | 'instanceProfileArn']?: string;
  };
  const arn = (type: string, id: string | undefined) =>
    id === undefined ? undefined : `arn:aws:ec2:${region}:${account}:${type}/${id}`;
  return [
    ...resourceTags(tags, 'ec2'),
    ['ec2:Region', region],
    ['ec2:Vpc', arn('vpc', vpcId)],
    ['ec2:Subnet', arn('subnet', subnetId)],
    ['ec2:AvailabilityZone', availabilityZone],
    ['ec2:InstanceProfile', instanceProfileArn],
  ];
}

function tagsOfRequest(input: object) {
  const { TagSpecifications, TagSpecification, Tags } = input as {
    TagSpecifications?: readonly TagSpecification[];
    TagSpecification?: readonly TagSpecification[];
    Tags?: TagSpecification['Tags'];
  };
  const specified = [...(TagSpecifications ?? []), ...(TagSpecification ?? [])].flatMap(
    ({ Tags }) => Tags ?? [],
  );
  return [...specified, ...(Tags ?? [])];
}

/** Types of resources that an operation makes. */
function createdTypes(operation: string, input: object): string[] {
  if (operation === 'RunInstances') {
    const { NetworkInterfaces = [] } = input as RunInstancesRequest;
    const takesOwn = NetworkInterfaces.some(({ NetworkInterfaceId }) => NetworkInterfaceId !== undefined);
    return takesOwn ? ['instance'] : ['instance', 'network-interface'];
  }
  const name = /^Create([A-Za-z]+)$/.exec(operation)?.[1];
  const types: Readonly<Record<string, string>> = {
    Vpc: 'vpc',
    Subnet: 'subnet',
    NetworkInterface: 'network-interface',
    DhcpOptions: 'dhcp-options',
    SecurityGroup: 'security-group',
    VpcPeeringConnection: 'vpc-peering-connection',
    LaunchTemplate: 'launch-template',
  };
  return name !== undefined && Object.hasOwn(types, name) ? [types[name]!] : [];
}

/** Who starts instances with a profile hands its role to them. */
function passRole(state: Ec2State, { operation, input, caller }: Omit<GatedCall, 'service'>): Access[] {
  if (operation !== 'RunInstances') return [];
  const { IamInstanceProfile, LaunchTemplate } = input as RunInstancesRequest;
  const data = LaunchTemplate && templateData(state, LaunchTemplate, caller.account);
  const profile = IamInstanceProfile ?? data?.IamInstanceProfile;
  const name = profile?.Name ?? profile?.Arn?.split('/').at(-1);
  return name === undefined ? [] : [passRoleAccess(caller.account, name)];
}

export function passRoleAccess(account: string, name: string): Access {
  return {
    action: 'iam:PassRole',
    resource: roleArn(account, name),
    context: makeContext([['iam:PassedToService', 'ec2.amazonaws.com']]),
  };
}

/** The newest version, if the named one is not there: EC2 itself will say so. */
export function templateData(
  { launchTemplates }: Ec2State,
  { LaunchTemplateId, LaunchTemplateName, Version }: LaunchTemplateSpecification,
  account: string,
): RunInstancesRequest | undefined {
  const isNamed = (each: LaunchTemplate) =>
    each.account === account && (each.id === LaunchTemplateId || each.name === LaunchTemplateName);
  const template = [...launchTemplates.values()].find(isNamed);
  const number = Version === '$Default' || Version === undefined ? template?.defaultVersion : Number(Version);
  const version = template?.versions.find((each) => each.number === number) ?? template?.versions.at(-1);
  return version?.data as RunInstancesRequest | undefined;
}
