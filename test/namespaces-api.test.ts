import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { callAws } from './system/aws.ts';
import { type AwsDriver, startAwsDriver } from './system/aws-driver.ts';
import { POINTSMAN, run } from './system/command.ts';
import { readDig } from './system/dig.ts';
import { type RunningLab, skipWithoutLab, smallTopology, startLab } from './system/lab.ts';

describe('a lab changed by the cloud’s API while it runs', { skip: skipWithoutLab, timeout: 900_000 }, () => {
  let lab: RunningLab;
  let driver: AwsDriver;
  before(async () => {
    driver = startAwsDriver();
    lab = await startLab(smallTopology());
  });
  after(() => Promise.all([lab?.stop(), driver.stop()]));

  const aws = (...args: string[]) => callAws(driver.run, lab.aws, ...args);
  const idOf = (network: string) => lab.world.ready.networks.find(({ name }) => name === network)!.vpcId!;
  const SPOKE = '@10.2.0.2';
  /** What dig says to a client of spoke of `www.cloud.example` at its VPC's resolver: changes of the cloud may come about after the call that asked for them. */
  const untilSpoke = (says: RegExp, patience: string) =>
    until(says, async () => {
      const dig = ['dig', '+short', `+time=${patience}`, '+tries=1', SPOKE, 'www.cloud.example'];
      return (await lab.exec('spoke', dig)).stdout;
    });

  test('the VPCs are those of the topology, with the IDs that the first event tells', async () => {
    const { Vpcs } = await aws('ec2', 'describe-vpcs');
    assert.deepEqual(
      Vpcs.map((each: { VpcId: string; CidrBlock: string }) => [each.VpcId, each.CidrBlock]).sort(),
      [
        [idOf('hub'), '10.1.0.0/16'],
        [idOf('spoke'), '10.2.0.0/16'],
      ].sort(),
    );
  });

  test('who was not told the key cannot use the API, though its name is known', async () => {
    const guessed = { ...lab.aws, secretAccessKey: 'pointsman' };
    const { code, stderr } = await driver.run(guessed, 'ec2', 'describe-vpcs');
    assert.notEqual(code, 0);
    assert.match(stderr, /\(AuthFailure\)/);
  });

  test('a client in a VPC with IPv6 has an address of it, and is answered by a member at an IPv6 address', async () => {
    const { stdout } = await lab.exec('hub', ['ip', '-6', '-brief', 'address', 'show', 'eth0']);
    assert.match(stdout, /2001:db8:1:/);
    const asked = await lab.exec('hub', ['dig', '+short', '@2001:db8:1:66::53', 'db.corp.example']);
    assert.equal(asked.stdout, '192.168.1.20\n');
  });

  test('members have the tags by which `status` finds who has each address', async () => {
    const { endpoint, accessKeyId, secretAccessKey } = lab.aws;
    const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const arguments_ = [POINTSMAN, 'status', lab.file, '--endpoint', endpoint, '--json'];
    const { code, stdout } = await run(process.execPath, arguments_, { env });
    assert.equal(code, 1);
    for (const { holder, text } of JSON.parse(stdout)) {
      assert.equal(holder?.state, 'alive');
      assert.match(text, /^its agent has published nothing/);
    }
  });

  test('a record that Route 53 takes is answered in every network that resolves its zone', async () => {
    const { HostedZones } = await aws('route53', 'list-hosted-zones-by-name', '--dns-name', 'cloud.example');
    const record = {
      Name: 'new.cloud.example',
      Type: 'A',
      TTL: 1,
      ResourceRecords: [{ Value: '10.1.1.81' }],
    };
    const batch = JSON.stringify({ Changes: [{ Action: 'CREATE', ResourceRecordSet: record }] });
    const zone = ['--hosted-zone-id', HostedZones[0].Id];
    await aws('route53', 'change-resource-record-sets', ...zone, '--change-batch', batch);
    for (const network of ['hub', 'spoke', 'office'])
      assert.equal(
        (await lab.exec(network, ['dig', '+short', 'new.cloud.example'])).stdout,
        '10.1.1.81\n',
        network,
      );
    // Where clients ask the VPC's own resolver, a zone is there once it is associated with the VPC.
    await untilSpoke(/^$/, '10');
    const vpc = `VPCRegion=eu-west-1,VPCId=${idOf('spoke')}`;
    await aws('route53', 'associate-vpc-with-hosted-zone', ...zone, '--vpc', vpc);
    await untilSpoke(/^10\.1\.1\.80\n$/, '10');
  });

  test('the resolver of a VPC is silent without enableDnsSupport, and there again with it', async () => {
    await aws('ec2', 'modify-vpc-attribute', '--vpc-id', idOf('spoke'), '--no-enable-dns-support');
    await untilSpoke(/^;;/, '1');
    await aws('ec2', 'modify-vpc-attribute', '--vpc-id', idOf('spoke'), '--enable-dns-support');
    await untilSpoke(/^10\.1\.1\.80\n$/, '10');
  });

  test('a new DHCP option set reaches clients when they renew their lease', async () => {
    const configurations = [
      'Key=domain-name-servers,Values=AmazonProvidedDNS',
      'Key=domain-name,Values=new.example',
    ];
    const { DhcpOptions } = await aws(
      'ec2',
      'create-dhcp-options',
      '--dhcp-configurations',
      ...configurations,
    );
    const set = ['--dhcp-options-id', DhcpOptions.DhcpOptionsId];
    await aws('ec2', 'associate-dhcp-options', ...set, '--vpc-id', idOf('spoke'));
    const renew =
      'kill -USR1 $(cat /run/udhcpc.eth0.pid); until grep -q "^nameserver 10.2.0.2$" /etc/resolv.conf; do sleep 0.1; done';
    await lab.exec('spoke', ['timeout', '60', 'sh', '-c', renew]);
    const { stdout } = await lab.exec('spoke', ['cat', '/etc/resolv.conf']);
    assert.match(stdout, /^search new\.example$/m);
    assert.deepEqual(stdout.match(/^nameserver .*$/gm), ['nameserver 10.2.0.2']);
    assert.match(
      (await lab.exec('spoke', ['getent', 'ahostsv4', 'www.cloud.example'])).stdout,
      /^10\.1\.1\.80 /,
    );
  });

  test('the resolver of a VPC answers the names of its own interfaces, and for its other addresses that there are none', async () => {
    const client = lab.world.ready.networks.find(({ name }) => name === 'hub')!.client;
    const name = `ip-${client.replaceAll('.', '-')}.eu-west-1.compute.internal`;
    const ask = async (network: string, server: string, ...question: string[]) => {
      const words = ['dig', '+noall', '+comments', '+question', '+answer', `@${server}`, ...question];
      const [answer] = readDig((await lab.exec(network, words)).stdout);
      return [answer!.status, answer!.answers[0]?.data];
    };
    assert.deepEqual(await ask('hub', '10.1.0.2', name), ['NOERROR', client]);
    assert.deepEqual(await ask('hub', '10.1.0.2', '-x', client), ['NOERROR', `${name}.`]);
    assert.deepEqual(await ask('hub', '10.1.0.2', '-x', '10.1.9.9'), ['NXDOMAIN', undefined]);
    assert.deepEqual(await ask('hub', '10.1.0.2', '-x', '172.20.0.1'), ['NXDOMAIN', undefined]);
    assert.deepEqual(await ask('hub', '10.1.0.2', 'localhost'), ['NOERROR', '127.0.0.1']);
    assert.deepEqual(await ask('spoke', '10.2.0.2', name), ['NXDOMAIN', undefined]);
    // By the tier, which stands in hub.
    assert.deepEqual(await ask('spoke', '10.1.1.53', name), ['NOERROR', client]);
  });

  test('a load balancer’s name has its addresses, everywhere, and a record may be an alias of it', async () => {
    const { Subnets } = await aws(
      'ec2',
      'describe-subnets',
      '--filters',
      `Name=vpc-id,Values=${idOf('hub')}`,
    );
    const subnets = Subnets.map(({ SubnetId }: { SubnetId: string }) => SubnetId);
    const make = [
      '--name',
      'front',
      '--scheme',
      'internal',
      '--type',
      'application',
      '--subnets',
      ...subnets,
    ];
    const { LoadBalancers } = await aws('elbv2', 'create-load-balancer', ...make);
    const [{ DNSName, CanonicalHostedZoneId }] = LoadBalancers;
    const { NetworkInterfaces } = await aws('ec2', 'describe-network-interfaces');
    const addresses = NetworkInterfaces.filter(({ Description }: { Description: string }) =>
      /front/.test(Description),
    )
      .map(({ PrivateIpAddress }: { PrivateIpAddress: string }) => PrivateIpAddress)
      .sort();
    assert.equal(addresses.length, subnets.length);
    const { HostedZones } = await aws('route53', 'list-hosted-zones-by-name', '--dns-name', 'cloud.example');
    const alias = {
      HostedZoneId: CanonicalHostedZoneId,
      DNSName: `dualstack.${DNSName}`,
      EvaluateTargetHealth: false,
    };
    const record = { Name: 'front.cloud.example', Type: 'A', AliasTarget: alias };
    const batch = JSON.stringify({ Changes: [{ Action: 'CREATE', ResourceRecordSet: record }] });
    const zone = ['--hosted-zone-id', HostedZones[0].Id];
    await aws('route53', 'change-resource-record-sets', ...zone, '--change-batch', batch);
    for (const [network, name] of [
      ['hub', DNSName],
      ['office', DNSName],
      ['hub', 'front.cloud.example'],
      ['office', 'front.cloud.example'],
    ]) {
      const { stdout } = await lab.exec(network, ['dig', '+short', name]);
      assert.deepEqual(stdout.trim().split('\n').sort(), addresses, `${name} from ${network}`);
    }
  });

  test('a VPC that the API makes has a resolver at once, and none when it is gone', async () => {
    const { Vpc } = await aws('ec2', 'create-vpc', '--cidr-block', '10.77.0.0/16');
    const router = `pm-${lab.name}.${Vpc.VpcId}`;
    const dig = () =>
      run('ip', ['netns', 'exec', router, 'dig', '+time=1', '+tries=1', '@10.77.0.2', 'www.cloud.example']);
    await until(/status: REFUSED/, async () => (await dig()).stdout);
    await aws('ec2', 'delete-vpc', '--vpc-id', Vpc.VpcId);
    await until(/^(?!0$)/, async () => String((await dig()).code));
  });
});

/** Milliseconds. */
const PATIENCE = 60_000;

/** Until it looks like that, or the time is over. */
async function until(pattern: RegExp, look: () => Promise<string>): Promise<void> {
  let seen = await look();
  for (const end = performance.now() + PATIENCE; !pattern.test(seen) && performance.now() < end; )
    seen = await look();
  assert.match(seen, pattern);
}
