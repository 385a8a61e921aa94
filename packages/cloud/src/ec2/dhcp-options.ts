import type * as aws from '@aws-sdk/client-ec2';
import type { Caller } from '@pointsman/aws-wire';
import { formatAddress, parseAddress } from '@pointsman/core/address';
import { commit } from './commit.ts';
import { regionDomain } from './compile-fabric.ts';
import { type Ec2, operation, PAGED } from './ec2.ts';
import type { FilterFields } from './filters.ts';
import { listOwn } from './listing.ts';
import type { DhcpOptions, Tags } from './model.ts';
import { dependencyViolation, findOwn, invalidValue, isOwn } from './resources.ts';
import { readTagSpecifications, writeTags } from './tag-specifications.ts';

type Configuration = DhcpOptions['configurations'][number];

/** Servers of an option: https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html */
const MOST_SERVERS = 4;

export const createDhcpOptions = operation<aws.CreateDhcpOptionsRequest, aws.CreateDhcpOptionsResult>(
  ['DhcpConfigurations', 'TagSpecifications'],
  async (ec2, input, caller) => {
    const tags = readTagSpecifications(input.TagSpecifications, 'dhcp-options');
    const configurations = (input.DhcpConfigurations ?? []).map(readConfiguration);
    const keys = configurations.map(({ key }) => key);
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (twice !== undefined) throw invalidValue(twice, 'name', 'The option is specified more than once.');
    const record = makeOptions(ec2, caller, configurations, tags);
    await commit(ec2, [{ table: 'dhcpOptions', id: record.id, record }]);
    return { DhcpOptions: writeDhcpOptions(record) };
  },
);

/** The ID of the set that a region's VPCs are made with. It is made with the first of them, and is there at once. */
export function defaultDhcpOptions(ec2: Ec2, caller: Caller): string {
  const configurations = [
    { key: 'domain-name', values: [regionDomain(caller.region)] },
    { key: 'domain-name-servers', values: ['AmazonProvidedDNS'] },
  ];
  const known = [...ec2.state.now().dhcpOptions.values()].find(
    (each) => isOwn(each, caller) && JSON.stringify(each.configurations) === JSON.stringify(configurations),
  );
  if (known) return known.id;
  const record = makeOptions(ec2, caller, configurations, {});
  ec2.state.write([{ table: 'dhcpOptions', id: record.id, record }]);
  return record.id;
}

function makeOptions(
  ec2: Ec2,
  { account, region }: Caller,
  configurations: readonly Configuration[],
  tags: Tags,
): DhcpOptions {
  return { id: ec2.makeId('dopt', tags), account, region, tags, configurations };
}

/** What the values of an option have to be; undefined: anything. */
const OPTIONS: Readonly<Record<string, (values: readonly string[]) => readonly string[]>> = {
  'domain-name': (values) => {
    if (values.length !== 1 || !/^[A-Za-z0-9_.-]{1,253}$/.test(values[0]!)) {
      throw invalidValue(values.join(', '), 'domain-name', 'One domain name is expected.');
    }
    return values;
  },
  'domain-name-servers': (values) => readServers('domain-name-servers', values, ['AmazonProvidedDNS']),
  'ntp-servers': (values) => readServers('ntp-servers', values, []),
  'netbios-name-servers': (values) => readServers('netbios-name-servers', values, []),
  'netbios-node-type': (values) => {
    if (values.length === 1 && /^[1248]$/.test(values[0]!)) return values;
    throw invalidValue(values.join(', '), 'netbios-node-type', 'Valid values are: 1, 2, 4, 8.');
  },
};

function readConfiguration({ Key = '', Values = [] }: aws.NewDhcpConfiguration): Configuration {
  const read = Object.hasOwn(OPTIONS, Key) ? OPTIONS[Key] : undefined;
  if (!read) throw invalidValue(Key, 'name', 'Unknown DHCP option');
  if (Values.length === 0) throw invalidValue('', Key, 'A value is expected.');
  return { key: Key, values: read(Values) };
}

function readServers(key: string, values: readonly string[], names: readonly string[]): string[] {
  // The console joins servers by commas, and clients do as it does.
  const servers = values.flatMap((value) => value.split(',')).map((value) => value.trim());
  if (servers.length > MOST_SERVERS) {
    throw invalidValue(servers.join(', '), key, `At most ${MOST_SERVERS} servers can be specified.`);
  }
  return servers.map((server) => {
    if (names.includes(server)) return server;
    const bytes = parseAddress(server);
    if (!bytes) throw invalidValue(server, key, 'An IP address is expected.');
    return formatAddress(bytes);
  });
}

/** @param DhcpOptionsId `default`: none */
export const associateDhcpOptions = operation<aws.AssociateDhcpOptionsRequest>(
  ['DhcpOptionsId', 'VpcId'],
  (ec2, { DhcpOptionsId, VpcId }, caller) => {
    const { id } = findOwn(ec2.state.now(), 'vpcs', VpcId, caller);
    return ec2.locks.run([id, DhcpOptionsId!], async () => {
      const state = ec2.state.now();
      const vpc = findOwn(state, 'vpcs', VpcId, caller);
      if (DhcpOptionsId !== 'default') findOwn(state, 'dhcpOptions', DhcpOptionsId, caller);
      await commit(ec2, [{ table: 'vpcs', id, record: { ...vpc, dhcpOptionsId: DhcpOptionsId! } }]);
      return {};
    });
  },
);

const FIELDS: FilterFields<DhcpOptions> = {
  'dhcp-options-id': ({ id }) => id,
  key: ({ configurations }) => configurations.map(({ key }) => key),
  value: ({ configurations }) => configurations.flatMap(({ values }) => values),
  'owner-id': ({ account }) => account,
};

export const describeDhcpOptions = operation<aws.DescribeDhcpOptionsRequest, aws.DescribeDhcpOptionsResult>(
  ['DhcpOptionsIds', ...PAGED],
  ({ state }, input, caller) => {
    const ids = { name: 'dhcpOptionsIds', given: input.DhcpOptionsIds };
    const { page, NextToken } = listOwn(state.seen(), input, caller, {
      table: 'dhcpOptions',
      ids,
      fields: FIELDS,
    });
    return { DhcpOptions: page.map(writeDhcpOptions), NextToken };
  },
);

export const deleteDhcpOptions = operation<aws.DeleteDhcpOptionsRequest>(
  ['DhcpOptionsId'],
  (ec2, { DhcpOptionsId }, caller) =>
    ec2.locks.run([DhcpOptionsId!], async () => {
      const state = ec2.state.now();
      const { id } = findOwn(state, 'dhcpOptions', DhcpOptionsId, caller);
      if ([...state.vpcs.values()].some(({ dhcpOptionsId }) => dhcpOptionsId === id)) {
        throw dependencyViolation(`The dhcpOptions '${id}' has dependencies and cannot be deleted.`);
      }
      await commit(ec2, [{ table: 'dhcpOptions', id, record: undefined }]);
      return {};
    }),
);

function writeDhcpOptions({ id, account, configurations, tags }: DhcpOptions): aws.DhcpOptions {
  return {
    DhcpOptionsId: id,
    OwnerId: account,
    DhcpConfigurations: configurations.map(({ key, values }) => ({
      Key: key,
      Values: values.map((Value) => ({ Value })),
    })),
    Tags: writeTags(tags),
  };
}
