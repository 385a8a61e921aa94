import type * as aws from '@aws-sdk/client-ec2';
import { AwsError } from '@pointsman/aws-wire';
import { operation } from './ec2.ts';
import { compileFilters, type FilterFields } from './filters.ts';

/** The letters of a region's availability zones: every region has these here. */
const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];
/** What DescribeRegions knows; requests may be for any region that has the form of one. */
const REGIONS = [
  'ap-northeast-1',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
];

type Zone = { name: string; zoneId: string; region: string; tags: object };

/** @throws AwsError InvalidParameterValue for one that the region does not have */
export function requireZone(region: string, zone: string): string {
  if (zonesOf(region).some(({ name }) => name === zone)) return zone;
  const names = zonesOf(region).map(({ name }) => name);
  throw new AwsError(
    'InvalidParameterValue',
    `Value (${zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${names.join(', ')}.`,
  );
}

/** @throws AwsError InvalidParameterValue */
export function zoneOfId(region: string, id: string): string {
  const zone = zonesOf(region).find(({ zoneId }) => zoneId === id);
  if (zone) return zone.name;
  throw new AwsError('InvalidParameterValue', `Invalid availability zone-id: [${id}]`);
}

/** The zone's ID, which is the same in all accounts: `apse2-az1`. */
export function zoneIdOf(zone: string): string {
  const region = zone.slice(0, -1);
  const [area = '', direction = '', number = ''] = region.split('-');
  const short = direction.replace(/north|south|east|west|central/g, (word) => word[0]!);
  return `${area}${short}${number}-az${LETTERS.indexOf(zone.at(-1)!) + 1}`;
}

export function firstZone(region: string): string {
  return `${region}${LETTERS[0]}`;
}

function zonesOf(region: string): Zone[] {
  return LETTERS.map((letter) => {
    const name = `${region}${letter}`;
    return { name, zoneId: zoneIdOf(name), region, tags: {} };
  });
}

const ZONE_FIELDS: FilterFields<Zone & { tags: Record<string, string> }> = {
  'zone-name': ({ name }) => name,
  'zone-id': ({ zoneId }) => zoneId,
  'region-name': ({ region }) => region,
  'group-name': ({ region }) => region,
  'zone-type': () => 'availability-zone',
  'opt-in-status': () => 'opt-in-not-required',
  state: () => 'available',
};

export const describeAvailabilityZones = operation<
  aws.DescribeAvailabilityZonesRequest,
  aws.DescribeAvailabilityZonesResult
>(
  ['ZoneNames', 'ZoneIds', 'Filters', 'AllAvailabilityZones'],
  (_ec2, { ZoneNames = [], ZoneIds = [], Filters }, { region }) => {
    const zones = zonesOf(region).map((zone) => ({ ...zone, tags: {} }));
    const unknown = [
      ...ZoneNames.filter((each) => !zones.some(({ name }) => name === each)),
      ...ZoneIds.filter((each) => !zones.some(({ zoneId }) => zoneId === each)),
    ];
    if (unknown.length > 0) {
      throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${unknown.join(', ')}]`);
    }
    const passes = compileFilters(Filters, ZONE_FIELDS);
    const asked = zones.filter(
      (zone) =>
        (ZoneNames.length === 0 || ZoneNames.includes(zone.name)) &&
        (ZoneIds.length === 0 || ZoneIds.includes(zone.zoneId)) &&
        passes(zone),
    );
    return {
      AvailabilityZones: asked.map(({ name, zoneId }) => ({
        State: 'available',
        OptInStatus: 'opt-in-not-required',
        Messages: [],
        RegionName: region,
        ZoneName: name,
        ZoneId: zoneId,
        GroupName: region,
        NetworkBorderGroup: region,
        ZoneType: 'availability-zone',
      })),
    };
  },
);

const REGION_FIELDS: FilterFields<{ name: string; tags: Record<string, string> }> = {
  'region-name': ({ name }) => name,
  endpoint: ({ name }) => `ec2.${name}.amazonaws.com`,
  'opt-in-status': () => 'opt-in-not-required',
};

export const describeRegions = operation<aws.DescribeRegionsRequest, aws.DescribeRegionsResult>(
  ['RegionNames', 'Filters', 'AllRegions'],
  (_ec2, { RegionNames = [], Filters }, { region }) => {
    const known = [...new Set([...REGIONS, region])].sort();
    const unknown = RegionNames.filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      throw new AwsError('InvalidParameterValue', `Invalid region provided: ${unknown.join(', ')}`);
    }
    const passes = compileFilters(Filters, REGION_FIELDS);
    const asked = known.filter(
      (name) => (RegionNames.length === 0 || RegionNames.includes(name)) && passes({ name, tags: {} }),
    );
    return {
      Regions: asked.map((name) => ({
        RegionName: name,
        Endpoint: `ec2.${name}.amazonaws.com`,
        OptInStatus: 'opt-in-not-required',
      })),
    };
  },
);
