import type { Cidr } from '@pointsman/core/address';
import type { Name } from '@pointsman/core/dns';

/**
 * What the Route 53 API keeps, in its own words: https://docs.aws.amazon.com/Route53/latest/APIReference/API_Types_Amazon_Route_53.html
 * Names are canonical (`Name`); what a client sees of them is made by `formatRoute53Name`.
 */

export type VpcKey = { id: string; region: string };

/** A VPC as the service knows it. Private zones answer in it only where both attributes are on. */
export type Vpc = VpcKey & {
  account: string;
  cidrs: readonly Cidr[];
  enableDnsSupport: boolean;
  enableDnsHostnames: boolean;
};

export type HostedZone = {
  /** `Z` and capital letters and digits, without `/hostedzone/`. */
  id: string;
  name: Name;
  account: string;
  callerReference: string;
  comment?: string | undefined;
  private: boolean;
  /** Of a private zone: never empty, in the order of association. */
  vpcs: readonly VpcKey[];
  /** VPCs of other accounts that may be associated. */
  authorizations: readonly VpcKey[];
  nameServers: readonly Name[];
  /** The reusable delegation set that a public zone was made with. */
  delegationSetId?: string | undefined;
};

export type DelegationSet = {
  id: string;
  account: string;
  callerReference: string;
  nameServers: readonly Name[];
};

export type AliasTarget = { hostedZoneId: string; dnsName: Name; evaluateTargetHealth: boolean };
export type GeoLocation = {
  continentCode?: string | undefined;
  countryCode?: string | undefined;
  subdivisionCode?: string | undefined;
};
/** One of AWS region, local zone group, or coordinates (degrees, as text with at most two decimals); bias -99 to 99. */
export type GeoProximityLocation = {
  awsRegion?: string | undefined;
  localZoneGroup?: string | undefined;
  coordinates?: { latitude: string; longitude: string } | undefined;
  bias?: number | undefined;
};

/**
 * A resource record set. It has either TTL (seconds) and values (as in a zone file, names absolute) or an alias target. Of the routing policies'
 * fields (weight … cidrRouting) it has one, and then a set identifier, or none, and is then simple.
 */
export type ResourceRecordSet = {
  name: Name;
  type: string;
  ttl?: number | undefined;
  values?: readonly string[] | undefined;
  alias?: AliasTarget | undefined;
  setIdentifier?: string | undefined;
  weight?: number | undefined;
  region?: string | undefined;
  failover?: 'PRIMARY' | 'SECONDARY' | undefined;
  geoLocation?: GeoLocation | undefined;
  geoProximity?: GeoProximityLocation | undefined;
  multiValueAnswer?: boolean | undefined;
  cidrRouting?: { collectionId: string; locationName: string } | undefined;
  healthCheckId?: string | undefined;
};

export type ChangeAction = 'CREATE' | 'DELETE' | 'UPSERT';
/**
 * A change as a client asks for it. Its names and values are as Route 53 spells them, with octal escapes (a `Name` is made so by
 * `formatRoute53Name`), in any case, with or without the final dot; and they may be wrong.
 */
export type RequestedChange = { action: ChangeAction; recordSet: ResourceRecordSet };

/** What a write did. It is on every server from the moment it is acknowledged: `INSYNC`, for those who poll. */
export type Change = {
  /** `C` and capital letters and digits, without `/change/`. */
  id: string;
  account: string;
  /** ISO 8601. */
  submittedAt: string;
  comment?: string | undefined;
  revision: number;
};

export type HealthCheckType = 'HTTP' | 'HTTPS' | 'HTTP_STR_MATCH' | 'HTTPS_STR_MATCH' | 'TCP' | 'CALCULATED';

export type HealthCheckConfig = {
  type: HealthCheckType;
  ipAddress?: string | undefined;
  port?: number | undefined;
  resourcePath?: string | undefined;
  fullyQualifiedDomainName?: string | undefined;
  searchString?: string | undefined;
  /** Seconds: 10 or 30 (the default). */
  requestInterval?: number | undefined;
  /** 1 to 10 results in a row that turn the state; 3 by default. */
  failureThreshold?: number | undefined;
  measureLatency?: boolean | undefined;
  inverted?: boolean | undefined;
  disabled?: boolean | undefined;
  /** Of a calculated check: how many children have to be healthy. */
  healthThreshold?: number | undefined;
  childHealthChecks?: readonly string[] | undefined;
  enableSni?: boolean | undefined;
  regions?: readonly string[] | undefined;
};

export type HealthCheck = {
  /** A UUID. */
  id: string;
  account: string;
  callerReference: string;
  /** 1 at creation, one more at each update. */
  version: number;
  config: HealthCheckConfig;
};

/** Named lists of CIDR blocks, as `formatCidr` writes them; no block is in two locations. */
export type CidrCollection = {
  /** A UUID. */
  id: string;
  account: string;
  name: string;
  callerReference: string;
  /** 1 at creation, one more at each change. */
  version: number;
  locations: Readonly<Record<string, readonly string[]>>;
};

export type CidrCollectionChange = {
  action: 'PUT' | 'DELETE_IF_EXISTS';
  locationName: string;
  cidrs: readonly string[];
};

export type TaggedResource = { kind: 'hostedzone' | 'healthcheck'; id: string };
export type Tags = Readonly<Record<string, string>>;
