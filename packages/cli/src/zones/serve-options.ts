import { type Endpoint, parseAddress, parseCidr, parseEndpoint } from '@pointsman/core/address';
import { type Name, NameError, parseName } from '@pointsman/core/dns';
import type { Vpc } from '@pointsman/zones';
import type { AccessKey } from '@pointsman/zones/api';
import { InvalidArgumentError } from 'commander';

/** Values of the options of `zones serve`. */

export type ListenAt = Endpoint & { port: number };

export function parseListen(text: string): ListenAt {
  const endpoint = parseEndpoint(text);
  if (endpoint?.port !== undefined) return { ...endpoint, port: endpoint.port };
  throw new InvalidArgumentError('Write an address and a port, such as 127.0.0.1:5353 or [::1]:5353.');
}

/** A VPC as the option gives it; without an account it belongs to whom the first key belongs to. */
export type GivenVpc = Pick<Vpc, 'id' | 'region' | 'cidrs'> & { account: string | undefined };

export function collectVpcs(text: string, before: readonly GivenVpc[] = []): GivenVpc[] {
  const [, id, cidrText, region, account] =
    /^(vpc-[0-9a-z-]{1,64})=([^@]+)@([a-z]{2}(?:-[a-z]+)+-[0-9])(?:@([0-9]{12}))?$/.exec(text) ?? [];
  const cidr = parseCidr(cidrText ?? '');
  if (!id || !region || !cidr) {
    throw new InvalidArgumentError('Write vpc-ID=CIDR@REGION, such as vpc-0a1=10.20.0.0/16@eu-central-1.');
  }
  const known = before.find((vpc) => vpc.id === id);
  if (!known) return [...before, { id, region, cidrs: [cidr], account }];
  if (known.region !== region || known.account !== account) {
    throw new InvalidArgumentError(`${id} is there twice, with another region or account.`);
  }
  return before.map((vpc) => (vpc === known ? { ...vpc, cidrs: [...vpc.cidrs, cidr] } : vpc));
}

export function collectKeys(text: string, before: readonly AccessKey[] = []): AccessKey[] {
  // A secret may have `:` and `@` in it, the ID and the account cannot.
  const [, accessKeyId, secretAccessKey, account] = /^(\w{1,128}):(.+)@([0-9]{12})$/.exec(text) ?? [];
  if (!accessKeyId || !secretAccessKey || !account) {
    throw new InvalidArgumentError(
      'Write ACCESS:SECRET@ACCOUNT; the account has twelve digits, such as AKIAEXAMPLE:secret@111122223333.',
    );
  }
  if (before.some((key) => key.accessKeyId === accessKeyId)) {
    throw new InvalidArgumentError(`The access key ${accessKeyId} is there twice.`);
  }
  return [...before, { accessKeyId, secretAccessKey, account }];
}

/** Addresses by type of record, in wire form. */
export type GivenTargets = ReadonlyMap<Name, ReadonlyMap<string, readonly Uint8Array[]>>;

const NO_TARGETS: GivenTargets = new Map();

export function collectTargets(text: string, before: GivenTargets = NO_TARGETS): GivenTargets {
  const [, nameText, list] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const name = nameText === undefined ? undefined : nameOf(nameText);
  const addresses = (list ?? '').split(',').map(parseAddress);
  if (name === undefined || addresses.some((address) => address === undefined)) {
    throw new InvalidArgumentError(
      'Write NAME=ADDRESS,ADDRESS, such as internal-web-1.eu-central-1.elb.amazonaws.com=10.20.1.5,10.20.2.5.',
    );
  }
  const byType = Map.groupBy(addresses as Uint8Array[], ({ length }) => (length === 4 ? 'A' : 'AAAA'));
  return new Map([...before, [name, byType]]);
}

function nameOf(text: string): Name | undefined {
  try {
    return parseName(text);
  } catch (error) {
    if (error instanceof NameError) return undefined;
    throw error;
  }
}
