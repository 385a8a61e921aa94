import type { FabricPermission } from '@pointsman/cloud';
import fc from 'fast-check';
import { emptyModel, type Model } from '../model.ts';

const NETWORKS = 4;
const protocol = fc.constantFrom('-1', 'tcp', 'udp', 'icmp', 'icmpv6', '6', '17', '58', '50');
const cidr = fc.constantFrom(
  '0.0.0.0/0',
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.0.1/32',
  '::/0',
  '2001:db8::/32',
);
const range = fc.tuple(fc.integer({ min: -1, max: 255 }), fc.integer({ min: 0, max: 255 }));

const permission: fc.Arbitrary<FabricPermission> = fc
  .record({
    protocol,
    range: fc.option(range),
    cidrs: fc.uniqueArray(cidr, { maxLength: 4 }),
    groupIds: fc.uniqueArray(groupId(), { maxLength: 3 }),
  })
  .map(({ range, ...rest }) => ({
    ...rest,
    ...(range && { fromPort: range[0], toPort: isIcmp(rest.protocol) ? range[1] : Math.max(...range, 0) }),
  }));

/** A number of networks with interfaces, groups that name each other, links, failures and losses: whatever the cloud may ask for. */
export const randomModel: fc.Arbitrary<Model> = fc
  .record({
    dnsSupport: fc.array(fc.boolean(), { minLength: NETWORKS, maxLength: NETWORKS }),
    interfaces: fc.array(
      fc.record({
        network: fc.nat(NETWORKS - 1),
        families: fc.constantFrom('4', '6', '46'),
        securityGroupIds: fc.uniqueArray(groupId(), { maxLength: 3 }),
        sourceDestCheck: fc.boolean(),
        hopLimit: fc.option(fc.constantFrom(1, 2, 64)),
      }),
      { maxLength: 12 },
    ),
    groups: fc.array(
      fc.tuple(fc.array(permission, { maxLength: 4 }), fc.array(permission, { maxLength: 4 })),
      {
        minLength: NETWORKS,
        maxLength: NETWORKS,
      },
    ),
    links: fc.array(
      fc.record({
        between: fc.uniqueArray(fc.nat(NETWORKS - 1), { minLength: 2, maxLength: 4 }),
        port53: fc.subarray(['udp' as const, 'tcp' as const]),
        down: fc.boolean(),
        loss: fc.constantFrom(0, 0.00001, 0.1, 1),
      }),
      { maxLength: 5 },
    ),
    failed: fc.uniqueArray(fc.nat(NETWORKS - 1).map((number) => `zone-${number}`)),
    silent: fc.boolean(),
    loss: fc.constantFrom(0, 0.5, 1),
  })
  .map(buildModel);

function groupId() {
  return fc.nat(NETWORKS - 1).map((number) => `sg-${number}`);
}

function isIcmp(name: string): boolean {
  return ['icmp', 'icmpv6', '58'].includes(name);
}

type Parts = {
  dnsSupport: boolean[];
  interfaces: {
    network: number;
    families: string;
    securityGroupIds: string[];
    sourceDestCheck: boolean;
    hopLimit: number | null;
  }[];
  groups: [FabricPermission[], FabricPermission[]][];
  links: { between: number[]; port53: ('udp' | 'tcp')[]; down: boolean; loss: number }[];
  failed: string[];
  silent: boolean;
  loss: number;
};

function buildModel({ dnsSupport, interfaces, groups, links, failed, silent, loss }: Parts): Model {
  const model: Model = { ...emptyModel(), failedZones: new Set(failed), loss };
  for (const [number, hasDns] of dnsSupport.entries()) {
    const id = `net-${number}`;
    model.networks.set(id, {
      ...{ id, kind: number === 0 ? 'site' : 'vpc', namespace: id, dnsSupport: hasDns, dhcp: undefined },
      cidrs: [`10.${number}.0.0/16`, `2001:db8:${number}::/56`],
      routerAddresses: new Map(
        silent
          ? [
              [`10.${number}.0.53`, 'down'],
              ['2001:db8::53', 'up'],
            ]
          : [],
      ),
    });
    model.subnets.set(`subnet-${number}`, {
      ...{ id: `subnet-${number}`, vpcId: id, availabilityZone: `zone-${number}`, bridge: `s${number + 1}` },
      ...{ cidr: `10.${number}.1.0/24`, ipv6Cidr: `2001:db8:${number}::/64` },
    });
    const [ingress, egress] = groups[number]!;
    model.groups.set(`sg-${number}`, { id: `sg-${number}`, vpcId: id, ingress, egress });
  }
  for (const [index, { network, families, hopLimit, ...rest }] of interfaces.entries()) {
    const number = index + 1;
    const addresses = [`10.${network}.1.${number + 9}`, `2001:db8:${network}::${number + 9}`];
    model.interfaces.set(`eni-${number}`, {
      ...{ id: `eni-${number}`, number, networkId: `net-${network}`, subnetId: `subnet-${network}`, ...rest },
      mac: `02:00:00:00:00:${number.toString(16).padStart(2, '0')}`,
      addresses: addresses.filter((_, family) => families.includes(family === 0 ? '4' : '6')),
    });
    model.attachments.set(`eni-${number}`, { instanceId: `i-${number}`, deviceIndex: 0 });
    if (hopLimit !== null) model.metadataHopLimits.set(`i-${number}`, hopLimit);
  }
  for (const [index, { between, ...rest }] of links.entries()) {
    const id = `link-${index}`;
    model.links.set(id, {
      ...{ id, mtu: 1500, transitive: between.length > 2, ...rest },
      ...{
        between: between.map((number) => `net-${number}`),
        ends: between.map((_, end) => 100 + index * 10 + end),
      },
    });
  }
  return model;
}
