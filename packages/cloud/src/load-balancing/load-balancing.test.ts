import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-elastic-load-balancing-v2';
import { GUEST, OWNER, REGION, refused, startTestCloud, type TestCloud } from '../endpoint/test-cloud.ts';

const CALLER = { account: OWNER.account, region: REGION, accessKeyId: OWNER.accessKeyId };
let world: TestCloud;
let client: aws.ElasticLoadBalancingV2Client;
/** IDs of the network that everything is in. */
const network = { vpc: '', a: '', b: '' };
before(async () => {
  world = await startTestCloud();
  client = new aws.ElasticLoadBalancingV2Client(world.access());
  const { ec2 } = world.cloud;
  network.vpc = (await ec2.CreateVpc({ CidrBlock: '10.0.0.0/16' }, CALLER)).Vpc!.VpcId!;
  for (const [zone, CidrBlock] of [
    ['a', '10.0.1.0/24'],
    ['b', '10.0.2.0/24'],
  ] as const) {
    const input = { VpcId: network.vpc, CidrBlock, AvailabilityZone: `${REGION}${zone}` };
    network[zone] = (await ec2.CreateSubnet(input, CALLER)).Subnet!.SubnetId!;
  }
});
after(async () => {
  client.destroy();
  await world.stop();
});

async function balancer(Name: string, input: Partial<aws.CreateLoadBalancerCommandInput> = {}) {
  const command = new aws.CreateLoadBalancerCommand({
    Name,
    Scheme: 'internal',
    Subnets: [network.a, network.b],
    ...input,
  });
  return (await client.send(command)).LoadBalancers![0]!;
}

async function targetGroup(Name: string, input: Partial<aws.CreateTargetGroupCommandInput> = {}) {
  const command = new aws.CreateTargetGroupCommand({
    Name,
    Protocol: 'HTTP',
    Port: 80,
    VpcId: network.vpc,
    ...input,
  });
  return (await client.send(command)).TargetGroups![0]!.TargetGroupArn!;
}

const listen = (
  LoadBalancerArn: string | undefined,
  TargetGroupArn: string,
  input: Partial<aws.CreateListenerCommandInput> = {},
) =>
  client.send(
    new aws.CreateListenerCommand({
      LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      ...input,
    }),
  );

const addressesOf = (dnsName: string) =>
  world.cloud.dnsNames.ofBalancers().find(({ name }) => name === dnsName)?.addresses;

describe('a load balancer', () => {
  test('has a name in DNS and an address in each of its subnets', async () => {
    const { DNSName, LoadBalancerArn, State, VpcId, AvailabilityZones } = await balancer('web');
    assert.match(DNSName!, /^internal-web-[0-9]+\.eu-west-1\.elb\.amazonaws\.com$/);
    assert.match(LoadBalancerArn!, /:loadbalancer\/app\/web\/[0-9a-f]{16}$/);
    assert.deepEqual([State!.Code, VpcId], ['active', network.vpc]);
    assert.deepEqual(
      AvailabilityZones!.map(({ SubnetId }) => SubnetId),
      [network.a, network.b],
    );
    assert.match(addressesOf(DNSName!)!.join(), /^10\.0\.1\.[0-9]+,10\.0\.2\.[0-9]+$/);
    assert.equal(world.cloud.dnsNames.ofBalancers(), world.cloud.dnsNames.ofBalancers());
    const network1 = await balancer('net', { Type: 'network', Subnets: [network.a] });
    assert.match(network1.DNSName!, /^net-[0-9a-f]{16}\.elb\.eu-west-1\.amazonaws\.com$/);
  });

  test('is found by its ARN and name, page by page, and by nobody else', async () => {
    const names = async (input: aws.DescribeLoadBalancersCommandInput, from = client) => {
      const found: string[] = [];
      for await (const page of aws.paginateDescribeLoadBalancers({ client: from }, input)) {
        found.push(...page.LoadBalancers!.map(({ LoadBalancerName }) => LoadBalancerName!));
      }
      return found.sort();
    };
    assert.deepEqual(await names({ PageSize: 1 }), ['net', 'web']);
    assert.deepEqual(await names({ Names: ['web'] }), ['web']);
    const guest = new aws.ElasticLoadBalancingV2Client(world.access(GUEST));
    assert.deepEqual(await names({}, guest), []);
    guest.destroy();
    const none = "Load balancers '[none]' not found";
    await assert.rejects(names({ Names: ['none'] }), refused('LoadBalancerNotFoundException', 400, none));
  });

  test('is gone once it is deleted, with its addresses and listeners', async () => {
    const { LoadBalancerArn, DNSName } = await balancer('short');
    const group = await targetGroup('short');
    await listen(LoadBalancerArn, group);
    const interfaces = world.fabric.remembered.interfaces.size;
    const remove = () => client.send(new aws.DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await remove();
    assert.equal(world.fabric.remembered.interfaces.size, interfaces - 2);
    assert.equal(addressesOf(DNSName!), undefined);
    await client.send(new aws.DeleteTargetGroupCommand({ TargetGroupArn: group }));
    await remove();
  });

  test('is refused with what is wrong, and leaves nothing behind', async () => {
    const interfaces = world.fabric.remembered.interfaces.size;
    await assert.rejects(
      balancer('web'),
      refused('DuplicateLoadBalancerNameException', 400, /same name 'web'/),
    );
    await assert.rejects(balancer('a b'), refused('ValidationError', 400, /load balancer name 'a b'/));
    await assert.rejects(
      balancer('x', { Subnets: ['subnet-none'] }),
      refused('SubnetNotFoundException', 400),
    );
    await assert.rejects(
      balancer('x', { Subnets: [network.a] }),
      refused('ValidationError', 400, /two different/),
    );
    await assert.rejects(
      balancer('x', { SecurityGroups: ['sg-none'] }),
      refused('InvalidSecurityGroupException', 400),
    );
    await assert.rejects(balancer('x', { Type: 'gateway' }), refused('NotImplemented', 501));
    world.fabric.failOn = (call) =>
      call === 'putInterface' && world.fabric.remembered.interfaces.size > interfaces;
    await assert.rejects(balancer('x'), refused('InvalidSubnetException', 400, /No address could be had/));
    world.fabric.failOn = () => false;
    assert.equal(world.fabric.remembered.interfaces.size, interfaces);
    world.failures.length = 0;
  });
});

describe('a target group', () => {
  const health = async (TargetGroupArn: string, Targets?: aws.TargetDescription[]) => {
    const command = new aws.DescribeTargetHealthCommand({ TargetGroupArn, Targets });
    const { TargetHealthDescriptions } = await client.send(command);
    return TargetHealthDescriptions!.map(({ Target, TargetHealth }) => [
      Target!.Id,
      TargetHealth!.State,
      TargetHealth!.Reason,
    ]);
  };

  test('has instances as targets, healthy while they run and somebody listens', async () => {
    const run = { ImageId: 'ami-0123456789abcdef0', MinCount: 1, MaxCount: 1, SubnetId: network.a };
    const { Instances } = await world.cloud.ec2.RunInstances(run, CALLER);
    const id = Instances![0]!.InstanceId!;
    await world.settled();
    const group = await targetGroup('instances');
    const register = (Id: string) =>
      client.send(new aws.RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id }] }));
    await register(id);
    assert.deepEqual(await health(group), [[id, 'unused', 'Target.NotInUse']]);
    await listen((await balancer('front')).LoadBalancerArn, group);
    assert.deepEqual(await health(group), [[id, 'healthy', undefined]]);
    await world.cloud.ec2.StopInstances({ InstanceIds: [id] }, CALLER);
    await world.settled();
    assert.deepEqual(await health(group), [[id, 'unused', 'Target.InvalidState']]);
    await assert.rejects(register(id), refused('InvalidTargetException', 400, /not in a running state/));
    await assert.rejects(
      register('i-none'),
      refused('InvalidTargetException', 400, /not in the target group VPC/),
    );
    await client.send(new aws.DeregisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: id }] }));
    assert.deepEqual(await health(group), []);
    assert.deepEqual(await health(group, [{ Id: id }]), [[id, 'unused', 'Target.NotRegistered']]);
  });

  test('has addresses as targets', async () => {
    const group = await targetGroup('addresses', { TargetType: 'ip' });
    const register = (Id: string) =>
      client.send(new aws.RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id, Port: 8080 }] }));
    await register('10.0.1.200');
    assert.deepEqual(await health(group), [['10.0.1.200', 'unused', 'Target.NotInUse']]);
    await assert.rejects(register('10.0.1'), refused('InvalidTargetException', 400));
  });

  test('is described, and not deleted while it is in use', async () => {
    const describeGroups = async (input: aws.DescribeTargetGroupsCommandInput) =>
      (await client.send(new aws.DescribeTargetGroupsCommand(input))).TargetGroups!;
    const [front] = (await client.send(new aws.DescribeLoadBalancersCommand({ Names: ['front'] })))
      .LoadBalancers!;
    const [used] = await describeGroups({ LoadBalancerArn: front!.LoadBalancerArn });
    assert.equal(used!.TargetGroupName, 'instances');
    assert.deepEqual(used!.LoadBalancerArns, [front!.LoadBalancerArn]);
    const remove = (TargetGroupArn: string) =>
      client.send(new aws.DeleteTargetGroupCommand({ TargetGroupArn }));
    await assert.rejects(
      remove(used!.TargetGroupArn!),
      refused('ResourceInUseException', 400, /currently in use/),
    );
    const [free] = await describeGroups({ Names: ['addresses'] });
    await remove(free!.TargetGroupArn!);
    await assert.rejects(
      describeGroups({ Names: ['addresses'] }),
      refused('TargetGroupNotFoundException', 400),
    );
    await assert.rejects(targetGroup('instances'), refused('DuplicateTargetGroupNameException', 400));
    await assert.rejects(targetGroup('x', { Port: 0 }), refused('ValidationError', 400, /port '0'/));
    await assert.rejects(
      targetGroup('x', { VpcId: 'vpc-none' }),
      refused('ValidationError', 400, /vpc-none/),
    );
  });
});

describe('a listener', () => {
  test('forwards to a target group, one on each port', async () => {
    const { LoadBalancerArn } = await balancer('listening');
    const group = await targetGroup('listening');
    const { Listeners } = await listen(LoadBalancerArn, group);
    const { ListenerArn } = Listeners![0]!;
    assert.match(ListenerArn!, /:listener\/app\/listening\/[0-9a-f]{16}\/[0-9a-f]{16}$/);
    const describeListeners = (input: aws.DescribeListenersCommandInput) =>
      client.send(new aws.DescribeListenersCommand(input));
    const found = await describeListeners({ LoadBalancerArn });
    assert.deepEqual(found.Listeners![0]!.DefaultActions, [{ Type: 'forward', TargetGroupArn: group }]);
    await assert.rejects(listen(LoadBalancerArn, group), refused('DuplicateListenerException', 400));
    await assert.rejects(
      listen(LoadBalancerArn, group, { Port: 81, Protocol: 'TCP' }),
      refused('UnsupportedProtocolException', 400, /'TCP' is not supported with application/),
    );
    const redirect = { Port: 81, DefaultActions: [{ Type: 'redirect' as const }] };
    await assert.rejects(listen(LoadBalancerArn, group, redirect), refused('NotImplemented', 501));
    await assert.rejects(listen('arn:none', group), refused('LoadBalancerNotFoundException', 400));
    await client.send(new aws.DeleteListenerCommand({ ListenerArn }));
    const gone = describeListeners({ ListenerArns: [ListenerArn!] });
    await assert.rejects(gone, refused('ListenerNotFoundException', 400, 'One or more listeners not found'));
  });
});

test('the tags of load balancers are given, changed and asked for', async () => {
  const { LoadBalancerArn } = await balancer('tagged', { Tags: [{ Key: 'tier', Value: 'main' }] });
  const ResourceArns = [LoadBalancerArn!];
  const tags = async () => {
    const { TagDescriptions } = await client.send(new aws.DescribeTagsCommand({ ResourceArns }));
    return TagDescriptions![0]!.Tags;
  };
  await client.send(new aws.AddTagsCommand({ ResourceArns, Tags: [{ Key: 'stage', Value: 'test' }] }));
  await client.send(new aws.RemoveTagsCommand({ ResourceArns, TagKeys: ['tier'] }));
  assert.deepEqual(await tags(), [{ Key: 'stage', Value: 'test' }]);
  const unknown = client.send(new aws.DescribeTagsCommand({ ResourceArns: ['x'] }));
  await assert.rejects(unknown, refused('ValidationError', 400, /'x' is not a valid/));
});

test('every operation of Elastic Load Balancing that is served has been called', () => {
  assert.deepEqual(
    world.called('elasticloadbalancing').sort(),
    Object.keys(world.cloud.loadBalancing).sort(),
  );
  assert.deepEqual(world.failures, []);
});
