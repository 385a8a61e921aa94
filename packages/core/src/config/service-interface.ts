import { z } from 'zod';
import {
  cidrContains,
  formatAddress,
  formatCidr,
  maskCidr,
  parseAddress,
  parseCidr,
} from '../address/index.ts';
import { address } from '../schema/scalars.ts';
import { type ConfigProblem, parseConfig } from './parse-config.ts';

/** The interface of a forwarder's host that has the fixed addresses, and what of the host's routing is ours: one table, and the IP rules of one priority. */

/** Free on hosts as they come: AWS's amazon-ec2-net-utils and systemd-networkd use tables and priorities from 10,000 on, Tailscale those from 5,210. */
export const DEFAULT_TABLE = 530;
export const DEFAULT_PRIORITY = 530;

/** Neighbours on the link are asked for a gateway of this range without its being in the subnet (RFC 4861, section 6.3.4). */
const LINK_LOCAL = parseCidr('fe80::/10')!;

/** The last tables are the kernel's: 253 default, 254 main, 255 local; so are 0 and the largest numbers of 32 bits. */
const table = z
  .number()
  .int()
  .min(1, 'write a number from 1 to 4294967294')
  .max(2 ** 32 - 2, 'write a number from 1 to 4294967294')
  .refine((number) => number < 253 || number > 255, 'leave 253 to 255 to the kernel');

/** Behind the rule for local addresses (0), before the main table (32766). */
const priority = z
  .number()
  .int()
  .min(1, 'write a number from 1 to 32765')
  .max(32_765, 'write a number from 1 to 32765');

const macAddress = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine(
    (text) => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text),
    'write a MAC address such as 02:1a:2b:3c:4d:5e',
  );

const serviceAddress = z
  .strictObject({
    address: z
      .string()
      .refine(
        (text) => maskCidr(text) !== undefined,
        'write an address and the prefix length of its subnet, such as 10.10.1.53/24',
      )
      .describe('The fixed address, with the prefix length of its subnet: 10.10.1.53/24.'),
    gateway: address.describe("The subnet's router. In a VPC it is the base address plus one."),
  })
  .superRefine(({ address, gateway }, context) => {
    const wrong = wrongGateway(address, gateway);
    if (wrong === undefined) return;
    const params = { code: 'bad-gateway', remedy: "write the address of the subnet's router" };
    context.addIssue({ code: 'custom', path: ['gateway'], message: `${gateway} ${wrong}`, params });
  })
  .transform(({ address, gateway }) => {
    const [text, prefixLength] = address.split('/') as [string, string];
    return { address: formatAddress(parseAddress(text)!), prefixLength: Number(prefixLength), gateway };
  });

export const serviceInterfaceSchema = z.strictObject({
  mac: macAddress.describe(
    'The MAC address of the interface: names change, and may be given to another one.',
  ),
  addresses: z
    .array(serviceAddress)
    .min(1, 'name at least one')
    .max(50, 'name 50 at most')
    .refine(
      (list) => new Set(list.map((each) => each.address)).size === list.length,
      'name each address once',
    )
    .refine(
      (list) => [4, 6].every((length) => new Set(gatewaysOf(list, length)).size <= 1),
      'give all addresses of a family one gateway: there is one way out by an interface',
    )
    .describe('The fixed addresses, IPv4 and IPv6.'),
  table: table.default(DEFAULT_TABLE).describe('The route table that is ours: nobody else may use it.'),
  priority: priority.default(DEFAULT_PRIORITY).describe('The priority of our IP rules.'),
});

/** Addresses canonical, the MAC address in lower case, defaults filled in. */
export type ServiceInterface = z.output<typeof serviceInterfaceSchema>;
export type ServiceAddress = ServiceInterface['addresses'][number];

/** Validates what stands under the key `interface` of a parsed JSON value; all problems at once. */
export function parseServiceInterface(
  value: unknown,
): { ok: true; desired: ServiceInterface } | { ok: false; problems: ConfigProblem[] } {
  const result = parseConfig(z.looseObject({ interface: serviceInterfaceSchema }), value);
  return result.ok ? { ok: true, desired: result.config.interface } : result;
}

/** The subnet that an address is in, as routes write it. */
export function subnetOf({ address, prefixLength }: ServiceAddress): string {
  return formatCidr(maskCidr(`${address}/${prefixLength}`)!);
}

function gatewaysOf(list: readonly { gateway: string }[], length: number): string[] {
  return list.map(({ gateway }) => gateway).filter((gateway) => parseAddress(gateway)?.length === length);
}

function wrongGateway(address: string, gateway: string): string | undefined {
  const subnet = maskCidr(address);
  const bytes = parseAddress(gateway);
  if (!subnet || !bytes) return undefined;
  if (bytes.length !== subnet.bytes.length) return `is of another family than ${address}`;
  if (formatAddress(bytes) === formatAddress(parseAddress(address.split('/')[0]!)!))
    return 'is the fixed address itself';
  return cidrContains(subnet, bytes) || cidrContains(LINK_LOCAL, bytes)
    ? undefined
    : `is outside of ${formatCidr(subnet)}, the subnet of ${address}`;
}
