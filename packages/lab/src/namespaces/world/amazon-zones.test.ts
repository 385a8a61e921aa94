import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Cloud, rememberingFabric } from '@pointsman/cloud';
import { NOERROR, NXDOMAIN, parseName, rdataToText } from '@pointsman/core/dns';
import { topologyFromValue } from '@pointsman/core/topology';
import { ANY_QUERIER, resolve } from '@pointsman/zones';
import type { AmazonZones } from '../../loopback/zone-sets.ts';
import { amazonZones } from './amazon-zones.ts';
import { callerOf, createLabCloud } from './lab-cloud.ts';
import { planNamespaces } from './plan-topology.ts';
import { seedCloud } from './seed.ts';

const parsed = topologyFromValue(
  {
    name: 'twins',
    networks: {
      usual: { kind: 'vpc', region: 'eu-west-1', cidrs: ['10.1.0.0/16', '2001:db8:1::/56'] },
      bare: { kind: 'vpc', region: 'us-east-1', cidrs: ['10.2.0.0/16'], autodefinedReverse: false },
    },
  },
  'twins.ts',
  () => undefined,
);
assert.ok(parsed.ok, JSON.stringify(parsed));
const { topology } = parsed;
const CALLER = callerOf({ account: undefined, region: 'eu-west-1' });

describe('what AWS answers in a VPC beside hosted zones', () => {
  let cloud: Cloud;
  let zones: AmazonZones;
  let vpcIds: ReadonlyMap<string, string>;
  before(async () => {
    cloud = createLabCloud(topology, rememberingFabric());
    zones = amazonZones(topology, cloud);
    ({ vpcIds } = await seedCloud(cloud, planNamespaces(topology), 'instances', callerOf));
    await cloud.core.background.settled();
  });
  after(() => cloud.core.background.stop());

  const idOf = (network: string) => vpcIds.get(network)!;
  const ask = (network: string, name: string, type = 'A') => {
    const otherZones = zones.ofVpc(idOf(network));
    const set = { privateZones: new Map(), otherZones, querier: ANY_QUERIER };
    const { rcode, answers, end } = resolve(set, parseName(name), type, () => 0);
    return end ? end.kind : [rcode, ...answers.map((each) => rdataToText(each.type, each.data))];
  };

  test('the names of its interfaces are those that EC2 tells, in both directions', () => {
    assert.deepEqual(ask('usual', 'ip-10-1-0-10.eu-west-1.compute.internal'), [NOERROR, '10.1.0.10']);
    assert.deepEqual(ask('bare', 'ip-10-2-0-10.ec2.internal'), [NOERROR, '10.2.0.10']);
    const reverse = ask('usual', '10.0.1.10.in-addr.arpa', 'PTR');
    assert.deepEqual(reverse, [NOERROR, 'ip-10-1-0-10.eu-west-1.compute.internal.']);
  });

  test('other names there, and other private addresses, are not: nothing leaves for public DNS', () => {
    for (const name of [
      'ip-10-2-0-10.eu-west-1.compute.internal',
      '11.0.1.10.in-addr.arpa',
      '1.0.0.10.in-addr.arpa',
      '1.1.31.172.in-addr.arpa',
      '1.1.168.192.in-addr.arpa',
      '1.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
    ])
      assert.equal(ask('usual', name, 'PTR')[0], NXDOMAIN, name);
    assert.equal(ask('usual', '8.8.8.8.in-addr.arpa', 'PTR'), 'outside');
    assert.equal(ask('usual', 'www.example.com'), 'outside');
  });

  test('without autodefined reverse rules reverse names leave, and instances have names all the same', () => {
    assert.equal(ask('bare', '10.0.2.10.in-addr.arpa', 'PTR'), 'outside');
  });

  test('an interface that comes has a name at once, and none when it is gone', async () => {
    const [subnet] = [...cloud.state.now().subnets.values()].filter(({ vpcId }) => vpcId === idOf('usual'));
    const name = 'ip-10-1-0-77.eu-west-1.compute.internal';
    const input = { SubnetId: subnet!.id, PrivateIpAddress: '10.1.0.77' };
    const { NetworkInterface } = await cloud.ec2.CreateNetworkInterface(input, CALLER);
    assert.deepEqual(ask('usual', name), [NOERROR, '10.1.0.77']);
    const { NetworkInterfaceId } = NetworkInterface!;
    await cloud.ec2.DeleteNetworkInterface({ NetworkInterfaceId }, CALLER);
    assert.deepEqual(ask('usual', name), [NXDOMAIN]);
  });

  test('with enableDnsHostnames off there is none of it', async () => {
    const EnableDnsHostnames = { Value: false };
    await cloud.ec2.ModifyVpcAttribute({ VpcId: idOf('usual'), EnableDnsHostnames }, CALLER);
    assert.equal(zones.ofVpc(idOf('usual')).size, 0);
  });
});
