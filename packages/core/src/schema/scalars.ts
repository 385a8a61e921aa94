import { z } from 'zod';
import { formatAddress, formatCidr, maskCidr, parseAddress, parseCidr } from '../address/index.ts';
import { NameError, parseName } from '../dns/name.ts';
import { showValue } from './path.ts';

/**
 * The scalar values that topologies and configurations share. A custom issue carries `params`: a stable `code` and the
 * `remedy`, which `readIssues` takes up.
 */

/** A domain name in any spelling; its output is the canonical name. */
export const domainName = z.string().transform((text, context) => {
  try {
    return parseName(text);
  } catch (error) {
    if (!(error instanceof NameError)) throw error;
    context.addIssue({
      code: 'custom',
      message: error.message,
      params: { code: 'bad-name', remedy: 'write a domain name such as corp.example' },
    });
    return z.NEVER;
  }
});

/** A CIDR without host bits; its output is the canonical text. */
export const cidr = z.string().transform((text, context) => {
  const parsed = parseCidr(text);
  if (parsed) return formatCidr(parsed);
  const { message, remedy } = whyNoCidr(text);
  context.addIssue({ code: 'custom', message, params: { code: 'bad-cidr', remedy } });
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
