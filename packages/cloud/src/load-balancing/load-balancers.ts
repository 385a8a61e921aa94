import type * as aws from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import type { Subnet } from '../ec2/model.ts';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { pageOf } from '../endpoint/paging.ts';
import { checkName, invalid, LARGEST_PAGE, own, PAGE_WORDS, select } from './find.ts';
import { asBalancing, deleteInterfaces, makeInterfaces } from './interfaces.ts';
import type { LoadBalancer, LoadBalancing } from './model.ts';
import { readTags } from './tags.ts';

export const createLoadBalancer: Operation<
  LoadBalancing,
  aws.CreateLoadBalancerInput,
  aws.CreateLoadBalancerOutput
> = async (balancing, input, caller) =>
  balancing.locks.run([`${caller.account} ${caller.region}`], async () => {
    const parts = readParts(balancing, input, caller);
    if (own(balancing.state.now(), 'loadBalancers', caller).some(({ name }) => name === parts.name)) {
      throw new AwsError(
        'DuplicateLoadBalancerName',
        `A load balancer with the same name '${parts.name}' exists, but with different settings`,
      );
    }
    const record = await makeLoadBalancer(balancing, parts, caller);
    balancing.state.write([{ table: 'loadBalancers', id: record.arn, record }]);
    return { LoadBalancers: [writeLoadBalancer(record)] };
  });

type Parts = Pick<LoadBalancer, 'name' | 'type' | 'scheme' | 'tags'> & {
  subnets: readonly Subnet[];
  groups: readonly string[];
};

function readParts(balancing: LoadBalancing, input: aws.CreateLoadBalancerInput, caller: Caller): Parts {
  const { Name, Subnets, SecurityGroups = [], Tags, IpAddressType, ...given } = input;
  const { Scheme = 'internet-facing', Type = 'application', ...others } = given;
  refuseOthers({ ...others, ...(IpAddressType !== 'ipv4' && { IpAddressType }) });
  const name = checkName(Name!, 'load balancer');
  if (Type !== 'application' && Type !== 'network') refuseOthers({ [`Type ${Type}`]: true });
  if (Scheme !== 'internal' && Scheme !== 'internet-facing') {
    throw invalid(`'${Scheme}' is not a valid scheme`);
  }
  const subnets = readSubnets(balancing, Subnets, Type, caller);
  const groups = requireGroups(balancing, SecurityGroups, subnets[0]!.vpcId, caller);
  return { name, type: Type as LoadBalancer['type'], scheme: Scheme, subnets, groups, tags: readTags(Tags) };
}

async function makeLoadBalancer(
  balancing: LoadBalancing,
  { name, type, scheme, subnets, groups, tags }: Parts,
  { account, region }: Caller,
): Promise<LoadBalancer> {
  const { clock, random } = balancing;
  const id = Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('');
  const kind = type === 'application' ? 'app' : 'net';
  const prefix = scheme === 'internal' ? 'internal-' : '';
  const interfaces = await makeInterfaces(balancing, subnets, {
    description: `ELB ${kind}/${name}/${id}`,
    groups,
    caller: asBalancing(account, region),
  });
  return {
    arn: `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/${kind}/${name}/${id}`,
    account,
    region,
    tags,
    name,
    type,
    scheme,
    vpcId: subnets[0]!.vpcId,
    places: subnets.map((subnet, index) => ({
      subnetId: subnet.id,
      availabilityZone: subnet.availabilityZone,
      interfaceId: interfaces[index]!,
    })),
    securityGroupIds: groups,
    dnsName:
      type === 'application'
        ? `${prefix}${name}-${parseInt(id.slice(0, 8), 16)}.${region}.elb.amazonaws.com`
        : `${name}-${id}.elb.${region}.amazonaws.com`,
    createdAt: clock.now(),
  };
}

/** An application load balancer is in two availability zones at least. @throws AwsError SubnetNotFound, InvalidSubnet, ValidationError */
function readSubnets(
  { ec2State }: LoadBalancing,
  ids: readonly string[] | undefined,
  type: string,
  { account, region }: Caller,
): Subnet[] {
  if (!ids?.length) throw invalid('At least one subnet must be specified');
  const subnets = [...new Set(ids)].map((id) => {
    const subnet = ec2State.now().subnets.get(id);
    if (subnet?.account === account && subnet.region === region) return subnet;
    throw new AwsError('SubnetNotFound', `The subnet ID '${id}' is not valid`);
  });
  const zones = new Set(subnets.map(({ availabilityZone }) => availabilityZone));
  if (type === 'application' && zones.size < 2) {
    throw invalid('At least two subnets in two different Availability Zones must be specified');
  }
  if (zones.size < subnets.length) {
    throw new AwsError(
      'InvalidConfigurationRequest',
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    );
  }
  if (new Set(subnets.map(({ vpcId }) => vpcId)).size > 1) {
    throw new AwsError('InvalidConfigurationRequest', 'All subnets must belong to the same VPC');
  }
  return subnets;
}

function requireGroups(
  { ec2State }: LoadBalancing,
  ids: readonly string[],
  vpcId: string,
  { account }: Caller,
): readonly string[] {
  for (const id of ids) {
    const group = ec2State.now().securityGroups.get(id);
    if (group?.account === account && group.vpcId === vpcId) continue;
    throw new AwsError('InvalidSecurityGroup', `One or more security groups are invalid: ${id}`);
  }
  return ids;
}

export const describeLoadBalancers: Operation<
  LoadBalancing,
  aws.DescribeLoadBalancersInput,
  aws.DescribeLoadBalancersOutput
> = ({ state }, { LoadBalancerArns, Names, PageSize, Marker }, caller) => {
  const found = select(state.seen(), 'loadBalancers', { arns: LoadBalancerArns, names: Names }, caller);
  const request = { size: PageSize, most: LARGEST_PAGE, token: Marker };
  const { page, next } = pageOf(found, ({ arn }) => arn, request, PAGE_WORDS);
  return { LoadBalancers: page.map(writeLoadBalancer), NextMarker: next };
};

/** With its listeners and interfaces; of one that is not there, nothing is to be done. */
export const deleteLoadBalancer: Operation<LoadBalancing, aws.DeleteLoadBalancerInput, object> = async (
  balancing,
  { LoadBalancerArn },
  caller,
) =>
  balancing.locks.run([`${caller.account} ${caller.region}`], async () => {
    const { state } = balancing;
    const balancer = own(state.now(), 'loadBalancers', caller).find(({ arn }) => arn === LoadBalancerArn);
    if (!balancer) return {};
    await deleteInterfaces(balancing, balancer);
    const listeners = own(state.now(), 'listeners', caller).filter(
      ({ loadBalancerArn }) => loadBalancerArn === balancer.arn,
    );
    state.write([
      { table: 'loadBalancers', id: balancer.arn, record: undefined },
      ...listeners.map(({ arn }) => ({ table: 'listeners' as const, id: arn, record: undefined })),
    ]);
    return {};
  });

/** Aliases need one, and go by the name. AWS has one for each region and type: https://docs.aws.amazon.com/general/latest/gr/elb.html */
const HOSTED_ZONE = 'Z35SXDOTRQ7X7K';

function writeLoadBalancer(balancer: LoadBalancer): aws.LoadBalancer {
  return {
    LoadBalancerArn: balancer.arn,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneId: HOSTED_ZONE,
    CreatedTime: new Date(balancer.createdAt),
    LoadBalancerName: balancer.name,
    Scheme: balancer.scheme,
    VpcId: balancer.vpcId,
    State: { Code: 'active' },
    Type: balancer.type,
    AvailabilityZones: balancer.places.map(({ subnetId, availabilityZone }) => ({
      ZoneName: availabilityZone,
      SubnetId: subnetId,
      LoadBalancerAddresses: [],
    })),
    SecurityGroups: [...balancer.securityGroupIds],
    IpAddressType: 'ipv4',
  };
}
