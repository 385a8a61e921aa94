import { isAtOrBelow, type Name } from '@pointsman/core/dns';
import type { ResourceRecordSet } from '../store/model.ts';
import type { Limits } from '../store/store.ts';
import type { ZoneView } from './apply-change-batch.ts';
import { formatRoute53Name } from './names.ts';
import { policyOf } from './record-sets.ts';

type Names = ReadonlyMap<Name, readonly ResourceRecordSet[]>;

/** The zone at one moment of a batch: after some of its changes, before the others. */
export type Moment = {
  view: ZoneView;
  /** Each name that has changed so far, with all that it has now. */
  names: Names;
  /** True for what a later change replaces: Route 53 does not take it for the target of an alias before. */
  isUpsertedLater: (name: Name, type: string) => boolean;
};

/** AWS's words for every rule that a record set, which is there now, breaks with the others of the zone. */
export function conflictsOf(moment: Moment, set: ResourceRecordSet, limits: Limits): string[] {
  const there = moment.names.get(set.name)!;
  return [
    ...cnameMistakes(moment.view, set, there),
    ...groupMistakes(set, there, limits),
    ...aliasMistakes(moment, set),
    ...cidrMistakes(moment.view, set),
  ];
}

/** What the apex has to have in the end. */
export function apexMistakes({ zone }: ZoneView, names: Names): string[] {
  const apex = names.get(zone.name);
  if (apex === undefined) return [];
  const has = (type: string) => apex.some((set) => set.type === type);
  return [
    ...(has('SOA') ? [] : ['A HostedZone must contain exactly one SOA record.']),
    ...(has('NS') ? [] : ['A HostedZone must contain at least one NS record for the zone itself.']),
  ];
}

function cnameMistakes(
  { zone }: ZoneView,
  { name, type }: ResourceRecordSet,
  there: readonly ResourceRecordSet[],
): string[] {
  const [owner, apex] = [formatRoute53Name(name), formatRoute53Name(zone.name)];
  if (type === 'CNAME') {
    if (there.every((each) => each.type === 'CNAME')) return [];
    return [
      `RRSet of type CNAME with DNS name ${owner} is not permitted as it conflicts with other records with the same DNS name in zone ${apex}`,
    ];
  }
  if (there.every((each) => each.type !== 'CNAME')) return [];
  return [
    `RRSet of type ${type} with DNS name ${owner} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${apex}`,
  ];
}

/** Rules among the record sets of one name and type. */
function groupMistakes(
  set: ResourceRecordSet,
  there: readonly ResourceRecordSet[],
  limits: Limits,
): string[] {
  const group = there.filter(({ type }) => type === set.type);
  const identifier = set.setIdentifier === undefined ? '' : `, SetIdentifier ${set.setIdentifier}`;
  const subject = `RRSet with DNS name ${formatRoute53Name(set.name)}, type ${set.type}${identifier} cannot be created as`;
  const policy = policyOf(set);
  if (group.some((each) => policyOf(each) !== policy)) {
    return [`${subject} other RRSets exist with the same name and type.`];
  }
  const others = group.filter((each) => each !== set);
  const taken = others.find((each) => place(each) !== undefined && place(each) === place(set));
  const messages: string[] = [];
  if (taken !== undefined) {
    messages.push(
      `${subject} another RRSet exists with the same name, type, and ${policy} value (SetIdentifier ${taken.setIdentifier}).`,
    );
  }
  if (group.length > limits.recordSetsPerNameAndType) {
    messages.push(`${subject} at most ${limits.recordSetsPerNameAndType} RRSets may have one name and type.`);
  }
  if (set.values !== undefined && set.values.length > limits.valuesPerRecordSet) {
    messages.push(`Number of values limit of ${limits.valuesPerRecordSet} exceeded.`);
  }
  return messages;
}

function cidrMistakes(view: ZoneView, { name, cidrRouting }: ResourceRecordSet): string[] {
  if (cidrRouting === undefined) return [];
  const { collectionId, locationName } = cidrRouting;
  if (view.hasCidrLocation(collectionId, locationName)) return [];
  return [
    `RRSet with DNS name ${formatRoute53Name(name)} names the CIDR location ${locationName} of the collection ${collectionId}, which was not found`,
  ];
}

/** What only one record set of a group may have: a region, a failover role, an area. */
function place(set: ResourceRecordSet): string | undefined {
  const value = set.region ?? set.failover ?? set.geoLocation ?? set.cidrRouting;
  return value === undefined ? undefined : JSON.stringify(value);
}

/** An alias to a name of ours needs a record set of its type there; to an AWS resource, nothing is known that could be checked. */
function aliasMistakes({ view, names, isUpsertedLater }: Moment, set: ResourceRecordSet): string[] {
  const { alias, type } = set;
  if (alias === undefined) return [];
  const owner = view.findZone(alias.hostedZoneId);
  const target = formatRoute53Name(alias.dnsName);
  const tried = `Tried to create an alias that targets ${target}, type ${type} in zone ${alias.hostedZoneId}`;
  if (owner === undefined) {
    return type === 'A' || type === 'AAAA' || type === 'HTTPS'
      ? []
      : [`${tried}, but the type of the alias is not supported by the target`];
  }
  if (owner.id !== view.zone.id) {
    return [`${tried}, but that target is in another zone than ${formatRoute53Name(set.name)}`];
  }
  if (!isAtOrBelow(alias.dnsName, owner.name)) {
    return [`${tried}, but the alias target name does not lie within the target zone`];
  }
  const there = names.get(alias.dnsName) ?? view.recordSetsAt(alias.dnsName);
  const isThere = there.some((each) => each.type === type) && !isUpsertedLater(alias.dnsName, type);
  if (alias.dnsName !== set.name && isThere) return [];
  return [`${tried}, but that target was not found`];
}
