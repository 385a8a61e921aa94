import { NameError } from '@pointsman/core/dns';
import { parseRoute53Name } from '../records/names.ts';
import { type Deciding, type Decision, newId } from './create-store.ts';
import { apexSets, nameServersFor, PRIVATE_NAME_SERVERS } from './delegation-set-writes.ts';
import type { HostedZone, VpcKey } from './model.ts';
import { Refusal } from './refusal.ts';
import type { NewZone } from './store.ts';

/** What the writes to hosted zones and their associations do, and what they refuse. */

export function createZone(deciding: Deciding, asked: NewZone): Decision<HostedZone> {
  const { account, callerReference, comment, vpc, delegationSetId } = asked;
  const name = zoneName(asked.name);
  requireNew(deciding, asked);
  if (vpc !== undefined && delegationSetId !== undefined) {
    throw new Refusal('InvalidInput', 'A reusable delegation set cannot be used with a private hosted zone.');
  }
  if (vpc !== undefined) {
    if (findVpc(deciding, vpc).account !== account) throw notAuthorized(vpc);
    requireFree(deciding, name, vpc);
  }
  const zone: HostedZone = {
    id: newId('Z'),
    name,
    account,
    callerReference,
    ...(comment !== undefined && { comment }),
    private: vpc !== undefined,
    vpcs: vpc === undefined ? [] : [vpc],
    authorizations: [],
    nameServers: vpc === undefined ? nameServersFor(deciding.reads, asked) : PRIVATE_NAME_SERVERS,
    ...(delegationSetId !== undefined && { delegationSetId }),
  };
  const apex = { kind: 'names' as const, zoneId: zone.id, names: new Map([[name, apexSets(zone)]]) };
  return { account, mutations: [{ kind: 'zone', zone }, apex], value: zone };
}

function requireNew({ reads, options }: Deciding, { account, callerReference }: NewZone): void {
  const own = reads.zones().filter((zone) => zone.account === account);
  if (own.some((zone) => zone.callerReference === callerReference)) {
    throw new Refusal(
      'HostedZoneAlreadyExists',
      'A hosted zone has already been created with the specified caller reference.',
    );
  }
  const { zonesPerAccount } = options.limits;
  if (own.length < zonesPerAccount) return;
  throw new Refusal(
    'TooManyHostedZones',
    `Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more than ${zonesPerAccount} hosted zones.`,
  );
}

function zoneName(text: string): string {
  try {
    const name = parseRoute53Name(text);
    if (name !== '.') return name;
  } catch (error) {
    if (!(error instanceof NameError)) throw error;
  }
  throw new Refusal('InvalidDomainName', `${text} is not a valid domain name`);
}

export function findZone({ reads }: Deciding, id: string): HostedZone {
  const zone = reads.zone(id);
  if (zone === undefined) throw new Refusal('NoSuchHostedZone', `No hosted zone found with ID: ${id}`);
  return zone;
}

export function setComment(
  deciding: Deciding,
  id: string,
  comment: string | undefined,
): Decision<HostedZone> {
  const { comment: _, ...rest } = findZone(deciding, id);
  return put({ ...rest, ...(comment !== undefined && { comment }) });
}

/** The apex keeps its SOA and NS sets as long as the zone is there; anything more has to go first. */
const REQUIRED_SETS = 2;

export function deleteZone(deciding: Deciding, id: string): Decision<undefined> {
  const { account } = findZone(deciding, id);
  if (deciding.reads.recordSetCount(id) > REQUIRED_SETS) {
    throw new Refusal(
      'HostedZoneNotEmpty',
      'The specified hosted zone contains non-required resource record sets  and so cannot be deleted.',
    );
  }
  return { account, mutations: [{ kind: 'zone-gone', id }], value: undefined };
}

export function associateVpc(
  deciding: Deciding,
  id: string,
  { vpc, account }: { vpc: VpcKey; account: string },
): Decision<HostedZone> {
  const zone = findZone(deciding, id);
  if (!zone.private) {
    throw new Refusal(
      'PublicZoneVPCAssociation',
      'You cannot associate a VPC with a public hosted zone; a public zone cannot be made private.',
    );
  }
  const { account: owner } = findVpc(deciding, vpc);
  const allowed = zone.account === account || zone.authorizations.some((each) => each.id === vpc.id);
  if (owner !== account || !allowed) throw notAuthorized(vpc);
  requireFree(deciding, zone.name, vpc);
  const { vpcsPerZone } = deciding.options.limits;
  if (zone.vpcs.length >= vpcsPerZone) {
    throw new Refusal('LimitsExceeded', `Cannot associate more than ${vpcsPerZone} VPCs with a hosted zone.`);
  }
  return put({ ...zone, vpcs: [...zone.vpcs, vpc] });
}

export function disassociateVpc(deciding: Deciding, id: string, vpc: VpcKey): Decision<HostedZone> {
  const zone = findZone(deciding, id);
  if (!zone.vpcs.some((each) => isSameVpc(each, vpc))) {
    throw new Refusal(
      'VPCAssociationNotFound',
      `The VPC: ${vpc.id} and hosted zone: ${id} are not associated.`,
    );
  }
  if (zone.vpcs.length === 1) {
    throw new Refusal(
      'LastVPCAssociation',
      `The VPC: ${vpc.id} is the last one that is associated with the hosted zone: ${id}; it cannot be disassociated.`,
    );
  }
  return put({ ...zone, vpcs: zone.vpcs.filter((each) => !isSameVpc(each, vpc)) });
}

export function authorizeVpc(deciding: Deciding, id: string, vpc: VpcKey): Decision<HostedZone> {
  const zone = findZone(deciding, id);
  if (!zone.private) {
    throw new Refusal('InvalidInput', 'A public hosted zone has no VPC association authorizations.');
  }
  findVpc(deciding, vpc);
  if (zone.authorizations.some((each) => isSameVpc(each, vpc))) return put(zone);
  const { authorizationsPerZone } = deciding.options.limits;
  if (zone.authorizations.length >= authorizationsPerZone) {
    throw new Refusal(
      'TooManyVPCAssociationAuthorizations',
      `Cannot create more than ${authorizationsPerZone} authorizations for a hosted zone.`,
    );
  }
  return put({ ...zone, authorizations: [...zone.authorizations, vpc] });
}

export function deauthorizeVpc(deciding: Deciding, id: string, vpc: VpcKey): Decision<HostedZone> {
  const zone = findZone(deciding, id);
  const authorizations = zone.authorizations.filter((each) => !isSameVpc(each, vpc));
  if (authorizations.length === zone.authorizations.length) {
    throw new Refusal(
      'VPCAssociationAuthorizationNotFound',
      `The VPC: ${vpc.id} has no authorization for the hosted zone: ${id}.`,
    );
  }
  return put({ ...zone, authorizations });
}

function put(zone: HostedZone): Decision<HostedZone> {
  return { account: zone.account, mutations: [{ kind: 'zone', zone }], value: zone };
}

function isSameVpc(a: VpcKey, b: VpcKey): boolean {
  return a.id === b.id && a.region === b.region;
}

function findVpc({ options }: Deciding, { id, region }: VpcKey) {
  const vpc = options.findVpc(id);
  if (vpc === undefined || vpc.region !== region) {
    throw new Refusal('InvalidVPCId', `The VPC: ${id} in region ${region} that you provided is not valid.`);
  }
  return vpc;
}

function notAuthorized({ id }: VpcKey): Refusal {
  return new Refusal(
    'NotAuthorizedException',
    `The VPC: ${id} has not authorized to associate with your hosted zone.`,
  );
}

/** A VPC has at most one private zone of a name. */
function requireFree({ reads }: Deciding, name: string, vpc: VpcKey): void {
  const taken = reads
    .zones()
    .find((zone) => zone.name === name && zone.vpcs.some((each) => isSameVpc(each, vpc)));
  if (taken === undefined) return;
  throw new Refusal(
    'ConflictingDomainExists',
    `The VPC ${vpc.id} in region ${vpc.region} has already been associated with the hosted zone ${taken.id} with the same domain name.`,
  );
}
