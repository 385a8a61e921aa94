import * as changes from './changes.ts';
import * as cidrCollections from './cidr-collections.ts';
import * as delegationSets from './delegation-sets.ts';
import * as geoLocations from './geo-locations.ts';
import * as healthChecks from './health-checks.ts';
import * as hostedZones from './hosted-zones.ts';
import * as limits from './limits.ts';
import * as lists from './list-hosted-zones.ts';
import * as recordSets from './record-sets.ts';
import * as tags from './tags.ts';
import { testDnsAnswer } from './test-dns-answer.ts';
import * as vpcs from './vpc-associations.ts';

/** Every operation that the service has, by its name in AWS's model. */
export const operations = {
  CreateHostedZone: hostedZones.createHostedZone,
  GetHostedZone: hostedZones.getHostedZone,
  GetHostedZoneCount: hostedZones.getHostedZoneCount,
  UpdateHostedZoneComment: hostedZones.updateHostedZoneComment,
  DeleteHostedZone: hostedZones.deleteHostedZone,
  GetDNSSEC: hostedZones.getDnssec,
  ListHostedZones: lists.listHostedZones,
  ListHostedZonesByName: lists.listHostedZonesByName,
  ListHostedZonesByVPC: lists.listHostedZonesByVpc,
  AssociateVPCWithHostedZone: vpcs.associateVpc,
  DisassociateVPCFromHostedZone: vpcs.disassociateVpc,
  CreateVPCAssociationAuthorization: vpcs.authorizeVpc,
  DeleteVPCAssociationAuthorization: vpcs.deauthorizeVpc,
  ListVPCAssociationAuthorizations: vpcs.listVpcAuthorizations,
  ChangeResourceRecordSets: recordSets.changeRecordSets,
  ListResourceRecordSets: recordSets.listRecordSets,
  GetChange: changes.getChange,
  TestDNSAnswer: testDnsAnswer,
  CreateHealthCheck: healthChecks.createHealthCheck,
  GetHealthCheck: healthChecks.getHealthCheck,
  GetHealthCheckCount: healthChecks.getHealthCheckCount,
  ListHealthChecks: healthChecks.listHealthChecks,
  UpdateHealthCheck: healthChecks.updateHealthCheck,
  DeleteHealthCheck: healthChecks.deleteHealthCheck,
  GetHealthCheckStatus: healthChecks.getHealthCheckStatus,
  GetHealthCheckLastFailureReason: healthChecks.getHealthCheckLastFailureReason,
  ChangeTagsForResource: tags.changeTags,
  ListTagsForResource: tags.listTags,
  ListTagsForResources: tags.listTagsOfMany,
  GetAccountLimit: limits.getAccountLimit,
  GetHostedZoneLimit: limits.getHostedZoneLimit,
  GetReusableDelegationSetLimit: limits.getDelegationSetLimit,
  CreateReusableDelegationSet: delegationSets.createDelegationSet,
  GetReusableDelegationSet: delegationSets.getDelegationSet,
  ListReusableDelegationSets: delegationSets.listDelegationSets,
  DeleteReusableDelegationSet: delegationSets.deleteDelegationSet,
  CreateCidrCollection: cidrCollections.createCidrCollection,
  ChangeCidrCollection: cidrCollections.changeCidrCollection,
  DeleteCidrCollection: cidrCollections.deleteCidrCollection,
  ListCidrCollections: cidrCollections.listCidrCollections,
  ListCidrLocations: cidrCollections.listCidrLocations,
  ListCidrBlocks: cidrCollections.listCidrBlocks,
  ListGeoLocations: geoLocations.listGeoLocations,
  GetGeoLocation: geoLocations.getGeoLocation,
};
