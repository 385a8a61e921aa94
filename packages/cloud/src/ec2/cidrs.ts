import { AwsError } from '@pointsman/aws-wire';
import {
  type Cidr,
  cidrContains,
  cidrsOverlap,
  formatCidr,
  maskCidr,
  parseCidr,
} from '@pointsman/core/address';
import { invalidValue } from './resources.ts';

/** A CIDR of a record, which is in its normal form. */
export function cidrOf(text: string): Cidr {
  return parseCidr(text)!;
}

export function isWithin(inner: Cidr, outer: Cidr): boolean {
  return outer.prefix <= inner.prefix && cidrContains(outer, inner.bytes);
}

export function overlapsAny(cidr: string, others: readonly string[]): boolean {
  return others.some((other) => cidrsOverlap(cidrOf(cidr), cidrOf(other)));
}

/**
 * An IPv4 CIDR of a request in its normal form; bits behind the prefix are cleared, as EC2 does.
 * @param rangeCode for one that is wider than /16 or narrower than /28
 * @throws AwsError InvalidParameterValue
 */
export function readIpv4Cidr(text: string | undefined, parameter: string, rangeCode: string): string {
  const cidr = maskCidr(text ?? '');
  if (cidr?.bytes.length !== 4) throw invalidValue(text, parameter, 'This is not a valid CIDR block.');
  if (cidr.prefix < 16 || cidr.prefix > 28) throw new AwsError(rangeCode, `The CIDR '${text}' is invalid.`);
  return formatCidr(cidr);
}

/** An IPv6 CIDR of a request, from /44 to the longest prefix, in steps of four. @throws AwsError InvalidParameterValue */
export function readIpv6Cidr(text: string, parameter: string, longest: number): string {
  const cidr = parseCidr(text);
  const isFit =
    cidr?.bytes.length === 16 && cidr.prefix >= 44 && cidr.prefix <= longest && cidr.prefix % 4 === 0;
  if (!isFit) throw invalidValue(text, parameter, 'This is not a valid IPv6 CIDR block.');
  return formatCidr(cidr);
}
