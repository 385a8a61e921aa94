import { z } from 'zod';
import { formatAddress, formatCidr, maskCidr, parseAddress, parseCidr } from '../address/index.ts';
import { showValue } from './path.ts';
import { readZoneName } from './zone-name.ts';

/**
 * The scalar values that topologies and configurations share. A custom issue carries `params`: a stable `code`, the `remedy`, and where it
 * is clear what was meant, that as `instead`; `readIssues` takes them up.
 */

/** The name of a domain, in any spelling; its output is the canonical name. */
export const domainName = z.string().transform((text, context) => {
  const read = readZoneName(text);
  if ('name' in read) return read.name;
  const { message, remedy = 'write a domain name such as corp.example' } = read;
  context.addIssue({ code: 'custom', message, params: { code: 'bad-name', remedy } });
  return z.NEVER;
});

/** A CIDR without host bits; its output is the canonical text. */
export const cidr = z.string().transform((text, context) => {
  const parsed = parseCidr(text);
  if (parsed) return formatCidr(parsed);
  const { message, remedy } = whyNoCidr(text);
  const masked = maskCidr(text);
  const instead = masked && formatCidr(masked);
  context.addIssue({ code: 'custom', message, params: { code: 'bad-cidr', remedy, instead } });
  return z.NEVER;
});

/** An IPv4 or IPv6 address; its output is the canonical text. */
export const address = z.string().transform((text, context) => {
  const bytes = parseAddress(text);
  if (bytes) return formatAddress(bytes);
  context.addIssue({
    code: 'custom',
    message: `${showValue(text)} is not an IP address`,
    params: { code: 'bad-address', remedy: 'write an address such as 10.20.0.53 or fd00::53' },
  });
  return z.NEVER;
});

/** What is wrong with a text that `parseCidr` refuses, and the CIDR that was probably meant. */
export function whyNoCidr(text: string): { message: string; remedy: string } {
  const masked = maskCidr(text);
  if (masked) {
    return {
      message: `${showValue(text)} has bits set behind its prefix`,
      remedy: `write ${formatCidr(masked)}`,
    };
  }
  return {
    message: `${showValue(text)} is not a CIDR`,
    remedy: 'write a base address and a prefix length, such as 10.20.0.0/16 or fd00::/48',
  };
}
