import {
  ChangeResourceRecordSetsCommand,
  type HostedZone,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandInput,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { type Name, parseName } from '@pointsman/core/dns';
import { formatRoute53Name, parseRoute53Name } from '../records/names.ts';
import { AWS_LIMITS } from '../store/store.ts';

/** The Route 53 API from the other side: what reads a zone whole, and writes many record sets into it. */
export type ZoneClient = {
  /** The zones of a name, or the one of an ID. */
  findZones(nameOrId: string): Promise<{ id: string; name: Name; private: boolean }[]>;
  recordSets(zoneId: string): Promise<ResourceRecordSet[]>;
  /** UPSERTs in batches, each whole or not at all; the zone's own SOA and NS stay as they are. Gives the number of record sets. */
  upsert(zoneId: string, sets: readonly ResourceRecordSet[]): Promise<number>;
  close(): void;
};

export type ZoneClientOptions = {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};

/** @throws what the SDK throws, at each call */
export function connectZones(options: ZoneClientOptions): ZoneClient {
  const client = new Route53Client(options);
  return {
    findZones: (nameOrId) => findZones(client, nameOrId),
    recordSets: (zoneId) => listRecordSets(client, zoneId),
    upsert: (zoneId, sets) => upsert(client, zoneId, sets),
    close: () => client.destroy(),
  };
}

async function findZones(client: Route53Client, nameOrId: string) {
  const isId = /^(\/hostedzone\/)?Z[0-9A-Z]{3,31}$/.test(nameOrId);
  const fits = ({ Id, Name }: HostedZone) =>
    isId ? Id!.endsWith(`/${nameOrId.replace(/.*\//, '')}`) : parseRoute53Name(Name!) === parseName(nameOrId);
  const found: HostedZone[] = [];
  let start: { DNSName?: string | undefined; HostedZoneId?: string | undefined } = isId
    ? {}
    : { DNSName: formatRoute53Name(parseName(nameOrId)) };
  for (;;) {
    const page = await client.send(new ListHostedZonesByNameCommand(start));
    found.push(...page.HostedZones!.filter(fits));
    const isPast = !isId && page.HostedZones!.some((zone) => !fits(zone));
    if (!page.IsTruncated || isPast) break;
    start = { DNSName: page.NextDNSName, HostedZoneId: page.NextHostedZoneId };
  }
  return found.map(({ Id, Name, Config }) => ({
    id: Id!.replace(/.*\//, ''),
    name: parseRoute53Name(Name!),
    private: Config?.PrivateZone ?? false,
  }));
}

async function listRecordSets(client: Route53Client, HostedZoneId: string): Promise<ResourceRecordSet[]> {
  const sets: ResourceRecordSet[] = [];
  let start: Partial<ListResourceRecordSetsCommandInput> = {};
  for (;;) {
    const page = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId, ...start }));
    sets.push(...page.ResourceRecordSets!);
    if (!page.IsTruncated) return sets;
    start = {
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
      StartRecordIdentifier: page.NextRecordIdentifier,
    };
  }
}

async function upsert(
  client: Route53Client,
  HostedZoneId: string,
  sets: readonly ResourceRecordSet[],
): Promise<number> {
  const apex = (await listRecordSets(client, HostedZoneId)).find(({ Type }) => Type === 'SOA')!;
  const own = sets.filter(
    ({ Name, Type }) =>
      !((Type === 'SOA' || Type === 'NS') && parseRoute53Name(Name!) === parseRoute53Name(apex.Name!)),
  );
  for (const batch of batchesOf(own)) {
    const Changes = batch.map((ResourceRecordSet) => ({ Action: 'UPSERT', ResourceRecordSet }) as const);
    await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
  }
  return own.length;
}

/** As much as one request may have; UPSERT counts double. A batch is judged in order: an alias comes after what it leads to. */
function batchesOf(sets: readonly ResourceRecordSet[]): ResourceRecordSet[][] {
  const batches: ResourceRecordSet[][] = [[]];
  let records = 0;
  let characters = 0;
  for (const set of targetsFirst(sets)) {
    const values = set.ResourceRecords ?? [];
    const more = 2 * Math.max(1, values.length);
    const longer = 2 * values.reduce((sum, { Value }) => sum + Value!.length, 0);
    const { recordsPerChangeBatch, charactersPerChangeBatch } = AWS_LIMITS;
    if (records + more > recordsPerChangeBatch || characters + longer > charactersPerChangeBatch) {
      batches.push([]);
      records = 0;
      characters = 0;
    }
    batches.at(-1)!.push(set);
    records += more;
    characters += longer;
  }
  return batches.filter((batch) => batch.length > 0);
}

/** Aliases that lead to each other in a circle stay as they are: the service refuses them. */
function targetsFirst(sets: readonly ResourceRecordSet[]): ResourceRecordSet[] {
  const keyOf = (name: string, type: string | undefined) => `${parseRoute53Name(name)} ${type}`;
  const byName = Map.groupBy(sets, ({ Name, Type }) => keyOf(Name!, Type));
  const ordered = new Set<ResourceRecordSet>();
  const underWay = new Set<string>();
  const place = (key: string) => {
    if (underWay.has(key)) return;
    underWay.add(key);
    for (const set of byName.get(key) ?? []) {
      if (set.AliasTarget) place(keyOf(set.AliasTarget.DNSName!, set.Type));
      ordered.add(set);
    }
  };
  for (const key of byName.keys()) place(key);
  return [...ordered];
}
