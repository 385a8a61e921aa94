import { type FindingContext, zoneSubject } from './context.ts';
import type { Draft } from './finding.ts';
import { counted } from './words.ts';

/** What AWS allows. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html */
const ZONES_PER_ACCOUNT = 500;
const RECORDS_PER_ZONE = 10_000;
const VALUES_PER_RECORD = 400;
const VPCS_PER_ZONE = 300;
/** https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html */
const SERVERS_PER_OPTION_SET = 4;
/** Raised on request, to 125 at most. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const PEERINGS_PER_VPC = 50;
const MOST_PEERINGS_PER_VPC = 125;

const RAISE = 'ask AWS to raise the quota before it is needed';

/** `quota`: a limit of AWS that is exceeded: an error where AWS does not raise it. */
export function findExceededQuotas(context: FindingContext): Draft[] {
  return [...ofAccounts(context), ...ofZones(context), ...ofOptionSets(context), ...ofPeerings(context)];
}

function ofAccounts({ topology, networks }: FindingContext): Draft[] {
  const zones = new Map<string | undefined, number>();
  for (const zone of topology.zones) {
    if (zone.kind !== 'private') continue;
    const network = networks.get(zone.networks[0]!)!;
    const account = zone.account ?? (network.kind === 'vpc' ? network.account : undefined);
    zones.set(account, (zones.get(account) ?? 0) + 1);
  }
  return [...zones].flatMap(([account, count]) => {
    if (count <= ZONES_PER_ACCOUNT) return [];
    const whose = account === undefined ? 'the account' : `account ${account}`;
    return [
      {
        code: 'quota',
        severity: 'warning',
        subject: account === undefined ? 'zones' : `accounts/${account}`,
        text: `${whose} has ${count} private zones; the quota is ${ZONES_PER_ACCOUNT}`,
        paths: [['zones']],
        remedy: RAISE,
      },
    ];
  });
}

function ofZones({ topology }: FindingContext): Draft[] {
  return topology.zones.flatMap((zone): Draft[] => {
    if (zone.kind !== 'private') return [];
    const about = { code: 'quota', subject: zoneSubject(zone), paths: [zone.path] } as const;
    const drafts: Draft[] = [];
    if (zone.records.length > RECORDS_PER_ZONE) {
      const text = `the zone has ${zone.records.length} records; the quota is ${RECORDS_PER_ZONE}`;
      drafts.push({ ...about, severity: 'warning', text, remedy: `${RAISE}, or split the zone` });
    }
    if (zone.networks.length > VPCS_PER_ZONE) {
      const text = `the zone is associated with ${zone.networks.length} VPCs; the quota is ${VPCS_PER_ZONE}`;
      const remedy = `${RAISE}, or associate it with the VPC of a tier alone`;
      drafts.push({ ...about, severity: 'warning', text, remedy });
    }
    const full = zone.records.find(({ data }) => data.length > VALUES_PER_RECORD);
    if (full) {
      const text = `${full.name} ${full.type} has ${full.data.length} values; Route 53 takes ${VALUES_PER_RECORD}`;
      drafts.push({ ...about, text, remedy: 'spread the values over several names' });
    }
    return drafts;
  });
}

/** A DHCP option set hands out four servers at most; a tier with more members has more. */
function ofOptionSets({ topology, plan }: FindingContext): Draft[] {
  return topology.networks.flatMap((network, index): Draft[] => {
    const { length } = plan.clients[index]!.resolvers;
    if (network.kind !== 'vpc' || length <= SERVERS_PER_OPTION_SET) return [];
    return [
      {
        code: 'quota',
        subject: `networks/${network.name}`,
        text: `its clients are to ask ${length} servers; a DHCP option set takes ${SERVERS_PER_OPTION_SET}`,
        paths: [[...network.path, 'resolvers'], network.path],
        remedy: `name ${SERVERS_PER_OPTION_SET} servers or fewer, or a tier with fewer members`,
      },
    ];
  });
}

function ofPeerings({ topology }: FindingContext): Draft[] {
  const peerings = new Map<string, number>();
  for (const { kind, between } of topology.links) {
    if (kind !== 'peering') continue;
    for (const name of between) peerings.set(name, (peerings.get(name) ?? 0) + 1);
  }
  return topology.networks.flatMap(({ name, path }): Draft[] => {
    const count = peerings.get(name) ?? 0;
    if (count <= PEERINGS_PER_VPC) return [];
    const hard = count > MOST_PEERINGS_PER_VPC;
    return [
      {
        code: 'quota',
        severity: hard ? 'error' : 'warning',
        subject: `networks/${name}`,
        text: `the VPC has ${counted(count, 'peering')}; the quota is ${PEERINGS_PER_VPC}, at most ${MOST_PEERINGS_PER_VPC}`,
        paths: [path],
        remedy: hard
          ? 'join the VPCs by a transit gateway'
          : `${RAISE}, or join the VPCs by a transit gateway`,
      },
    ];
  });
}
