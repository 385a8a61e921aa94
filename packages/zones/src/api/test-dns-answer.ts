import type * as aws from '@aws-sdk/client-route-53';
import { AwsError } from '@pointsman/aws-wire';
import { cidrContains, parseAddress } from '@pointsman/core/address';
import { NameError } from '@pointsman/core/dns';
import { formatRoute53Name, parseRoute53Name } from '../records/names.ts';
import { isRecordType } from '../records/values.ts';
import type { HostedZone, Vpc } from '../store/model.ts';
import { invalidInput, type Operation, ownZone, type Route53 } from './operation.ts';

/**
 * What DNS answers. For a private zone, too, which AWS refuses: as in the VPC that `ResolverIP` is an address of, and otherwise in the first
 * that the zone is associated with.
 */
export const testDnsAnswer: Operation<aws.TestDNSAnswerRequest, aws.TestDNSAnswerResponse> = (
  route53,
  input,
  caller,
) => {
  const zone = ownZone(route53, input.HostedZoneId, caller);
  const type = input.RecordType!;
  if (!isRecordType(type)) {
    throw invalidInput(
      `1 validation error detected: Value '${type}' at 'recordType' failed to satisfy constraint: Member must satisfy enum value set`,
    );
  }
  const name = readName(input.RecordName!);
  const { responseCode, recordData } = route53.answerTest({
    zone,
    name,
    type,
    vpc: vpcOf(route53, zone, input),
    client: zone.private ? undefined : (input.EDNS0ClientSubnetIP ?? input.ResolverIP),
  });
  return {
    Nameserver: zone.nameServers[0]!.replace(/\.$/, ''),
    RecordName: formatRoute53Name(name),
    RecordType: type,
    RecordData: [...recordData],
    ResponseCode: responseCode,
    Protocol: 'UDP',
  };
};

function readName(text: string): string {
  try {
    return parseRoute53Name(text);
  } catch (error) {
    if (!(error instanceof NameError)) throw error;
    throw invalidInput(`${text} is not a valid domain name`);
  }
}

function vpcOf(
  { findVpc }: Route53,
  zone: HostedZone,
  { ResolverIP }: aws.TestDNSAnswerRequest,
): Vpc | undefined {
  const address = ResolverIP === undefined ? undefined : parseAddress(ResolverIP);
  if (ResolverIP !== undefined && !address) throw invalidInput(`Invalid IP address: ${ResolverIP}`);
  if (!zone.private) return undefined;
  const vpcs = zone.vpcs.map(({ id }) => findVpc(id)).filter((vpc) => vpc !== undefined);
  if (!address) return vpcs[0];
  const found = vpcs.find(({ cidrs }) => cidrs.some((cidr) => cidrContains(cidr, address)));
  if (found) return found;
  throw new AwsError(
    'InvalidInput',
    `${ResolverIP} is in no VPC that the hosted zone ${zone.id} is associated with.`,
  );
}
