import { randomInt } from 'node:crypto';
import type { Name } from '@pointsman/core/dns';
import { type Deciding, type Decision, newId } from './create-store.ts';
import type { DelegationSet, HostedZone, ResourceRecordSet } from './model.ts';
import { Refusal } from './refusal.ts';
import type { StoreReads } from './store.ts';

/** Name servers of zones: what reusable delegation sets name, and the record sets that every zone has at its apex. */

/** All private zones have these. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html */
export const PRIVATE_NAME_SERVERS: readonly Name[] = [
  'ns-0.awsdns-00.com.',
  'ns-512.awsdns-00.net.',
  'ns-1024.awsdns-00.org.',
  'ns-1536.awsdns-00.co.uk.',
];
const TOP_LEVELS = ['com', 'net', 'org', 'co.uk'];

/** One name server below each of four top-level domains. */
function newNameServers(): Name[] {
  return TOP_LEVELS.map((topLevel, index) => {
    const group = String(randomInt(64)).padStart(2, '0');
    return `ns-${index * 512 + randomInt(512)}.awsdns-${group}.${topLevel}.`;
  });
}

/** Those of the account's own set, or new ones where no set is named. @throws Refusal */
export function nameServersFor(
  reads: StoreReads,
  { account, delegationSetId }: { account: string; delegationSetId?: string | undefined },
): readonly Name[] {
  if (delegationSetId === undefined) return newNameServers();
  const set = findDelegationSet(reads, delegationSetId);
  if (set.account === account) return set.nameServers;
  throw new Refusal('NoSuchDelegationSet', `No delegation set found with ID: ${delegationSetId}`);
}

/** The NS and SOA sets of a new zone. TTLs in seconds. */
export function apexSets({ name, nameServers, private: isPrivate }: HostedZone): ResourceRecordSet[] {
  const primary = isPrivate ? nameServers.at(-1)! : nameServers[0]!;
  const soa = `${primary} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  return [
    { name, type: 'NS', ttl: 172_800, values: nameServers },
    { name, type: 'SOA', ttl: 900, values: [soa] },
  ];
}

function findDelegationSet(reads: StoreReads, id: string): DelegationSet {
  const found = reads.delegationSet(id);
  if (found === undefined) {
    throw new Refusal('NoSuchDelegationSet', `No delegation set found with ID: ${id}`);
  }
  return found;
}

export function createDelegationSet(
  { reads, options }: Deciding,
  { account, callerReference }: { account: string; callerReference: string },
): Decision<DelegationSet> {
  const own = reads.delegationSets().filter((each) => each.account === account);
  if (own.some((each) => each.callerReference === callerReference)) {
    throw new Refusal(
      'DelegationSetAlreadyCreated',
      'A delegation set has already been created with the specified caller reference.',
    );
  }
  const { delegationSetsPerAccount } = options.limits;
  if (own.length >= delegationSetsPerAccount) {
    throw new Refusal(
      'LimitsExceeded',
      `Cannot create more than ${delegationSetsPerAccount} delegation sets.`,
    );
  }
  const delegationSet = { id: newId('N'), account, callerReference, nameServers: newNameServers() };
  return { account, mutations: [{ kind: 'delegation-set', delegationSet }], value: delegationSet };
}

export function deleteDelegationSet({ reads }: Deciding, id: string): Decision<undefined> {
  const { account } = findDelegationSet(reads, id);
  if (reads.zones().some((zone) => zone.delegationSetId === id)) {
    throw new Refusal(
      'DelegationSetInUse',
      'The delegation set is used by hosted zones and cannot be deleted.',
    );
  }
  return { account, mutations: [{ kind: 'delegation-set-gone', id }], value: undefined };
}
