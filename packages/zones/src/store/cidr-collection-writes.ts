import { randomUUID } from 'node:crypto';
import { formatCidr, parseCidr } from '@pointsman/core/address';
import type { Deciding, Decision } from './create-store.ts';
import type { CidrCollection, CidrCollectionChange } from './model.ts';
import { Refusal } from './refusal.ts';

/** CIDR collections, by which IP-based record sets choose: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-ipbased.html */

/** Prefix lengths of a block; the zero bits of everybody are the location `*`, which no collection has. */
const LONGEST_PREFIX = { ipv4: 24, ipv6: 48 };
const IPV4_BYTES = 4;
const MOST_BLOCKS_A_REQUEST = 1000;
const NAME = /^[0-9A-Za-z_-]{1,64}$/;
const LOCATION_NAME = /^[0-9A-Za-z_-]{1,16}$/;

/** The same request again gives the collection of the first time. */
export function createCidrCollection(
  { reads, options }: Deciding,
  { account, name, callerReference }: Pick<CidrCollection, 'account' | 'name' | 'callerReference'>,
): Decision<CidrCollection> {
  if (!NAME.test(name))
    throw new Refusal('InvalidInput', 'A CIDR collection has a name of 1 to 64 letters, digits, - and _.');
  const own = reads.cidrCollections().filter((each) => each.account === account);
  const same = own.find((each) => each.name === name);
  if (same?.callerReference === callerReference) return { account, mutations: [], value: same };
  if (same !== undefined) {
    throw new Refusal(
      'CidrCollectionAlreadyExistsException',
      'A CIDR collection with this name and a different caller reference already exists in this account.',
    );
  }
  const { cidrCollectionsPerAccount } = options.limits;
  if (own.length >= cidrCollectionsPerAccount) {
    throw new Refusal(
      'LimitsExceeded',
      `Cannot create more than ${cidrCollectionsPerAccount} CIDR collections.`,
    );
  }
  return put({ id: randomUUID(), account, name, callerReference, version: 1, locations: {} });
}

/** All changes or none, in order: what one takes away, a later one may put elsewhere. */
export function changeCidrCollection(
  deciding: Deciding,
  id: string,
  changes: readonly CidrCollectionChange[],
  version: number | undefined,
): Decision<CidrCollection> {
  const present = findCidrCollection(deciding, id);
  if (version !== undefined && version !== present.version) {
    throw new Refusal(
      'CidrCollectionVersionMismatchException',
      `The CIDR collection has version ${present.version}, and the request has ${version}.`,
    );
  }
  const count = changes.reduce((sum, { cidrs }) => sum + cidrs.length, 0);
  if (count < 1 || count > MOST_BLOCKS_A_REQUEST)
    throw new Refusal('InvalidInput', `A request has from 1 to ${MOST_BLOCKS_A_REQUEST} CIDR blocks.`);
  const locationOf = new Map(
    Object.entries(present.locations).flatMap(([name, cidrs]) => cidrs.map((cidr) => [cidr, name])),
  );
  for (const change of changes) applyChange(locationOf, change);
  const { cidrBlocksPerCollection } = deciding.options.limits;
  if (locationOf.size > cidrBlocksPerCollection) {
    throw new Refusal(
      'LimitsExceeded',
      `Cannot have more than ${cidrBlocksPerCollection} CIDR blocks in a collection.`,
    );
  }
  const groups = Map.groupBy(locationOf.keys(), (cidr) => locationOf.get(cidr)!);
  const locations = Object.fromEntries([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
  return put({ ...present, version: present.version + 1, locations });
}

function applyChange(
  locationOf: Map<string, string>,
  { action, locationName, cidrs }: CidrCollectionChange,
): void {
  if (!LOCATION_NAME.test(locationName))
    throw new Refusal('InvalidInput', 'A CIDR location has a name of 1 to 16 letters, digits, - and _.');
  for (const cidr of cidrs.map(canonicalCidr)) {
    const holder = locationOf.get(cidr);
    if (action === 'DELETE_IF_EXISTS') {
      if (holder === locationName) locationOf.delete(cidr);
      continue;
    }
    if (holder !== undefined && holder !== locationName) {
      throw new Refusal(
        'CidrBlockInUseException',
        `The CIDR block ${cidr} is in use by the location ${holder}.`,
      );
    }
    locationOf.set(cidr, locationName);
  }
}

function canonicalCidr(text: string): string {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Refusal('InvalidInput', `${text} is not a valid CIDR block.`);
  const longest = cidr.bytes.length === IPV4_BYTES ? LONGEST_PREFIX.ipv4 : LONGEST_PREFIX.ipv6;
  if (cidr.prefix >= 1 && cidr.prefix <= longest) return formatCidr(cidr);
  throw new Refusal('InvalidInput', `The CIDR block ${text} must have a prefix length from 1 to ${longest}.`);
}

/** @throws Refusal where it has locations still */
export function deleteCidrCollection(deciding: Deciding, id: string): Decision<undefined> {
  const { account, locations } = findCidrCollection(deciding, id);
  if (Object.keys(locations).length > 0)
    throw new Refusal('CidrCollectionInUseException', 'This CIDR collection is in use, and is not empty.');
  return { account, mutations: [{ kind: 'cidr-collection-gone', id }], value: undefined };
}

function findCidrCollection({ reads }: Deciding, id: string): CidrCollection {
  const found = reads.cidrCollection(id);
  if (found !== undefined) return found;
  throw new Refusal('NoSuchCidrCollectionException', `No CIDR collection found with ID: ${id}`);
}

function put(cidrCollection: CidrCollection): Decision<CidrCollection> {
  const { account } = cidrCollection;
  return { account, mutations: [{ kind: 'cidr-collection', cidrCollection }], value: cidrCollection };
}
