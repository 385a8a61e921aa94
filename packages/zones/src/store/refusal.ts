/** The error codes of the Route 53 API that the store and the rules of change batches give. */
export type RefusalCode =
  | 'CidrBlockInUseException'
  | 'CidrCollectionAlreadyExistsException'
  | 'CidrCollectionInUseException'
  | 'CidrCollectionVersionMismatchException'
  | 'ConflictingDomainExists'
  | 'DelegationSetAlreadyCreated'
  | 'DelegationSetInUse'
  | 'HealthCheckAlreadyExists'
  | 'HealthCheckVersionMismatch'
  | 'HostedZoneAlreadyExists'
  | 'HostedZoneNotEmpty'
  | 'InvalidChangeBatch'
  | 'InvalidDomainName'
  | 'InvalidInput'
  | 'InvalidVPCId'
  | 'LastVPCAssociation'
  | 'LimitsExceeded'
  | 'NoSuchCidrCollectionException'
  | 'NoSuchDelegationSet'
  | 'NoSuchHealthCheck'
  | 'NoSuchHostedZone'
  | 'NotAuthorizedException'
  | 'PublicZoneVPCAssociation'
  | 'ServiceUnavailable'
  | 'TooManyHealthChecks'
  | 'TooManyHostedZones'
  | 'TooManyVPCAssociationAuthorizations'
  | 'VPCAssociationAuthorizationNotFound'
  | 'VPCAssociationNotFound';

/** A write that is refused; nothing of it is done. `messages` are AWS's; only an InvalidChangeBatch has more than one. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly messages: readonly string[];
  constructor(code: RefusalCode, messages: string | readonly string[], options?: ErrorOptions) {
    const list = typeof messages === 'string' ? [messages] : messages;
    super(list.join('\n'), options);
    this.name = 'Refusal';
    this.code = code;
    this.messages = list;
  }
}
