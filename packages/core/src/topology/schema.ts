import { z } from 'zod';
import {
  cacheSchema,
  DEFAULT_CACHE_BYTES,
  DEFAULT_DEADLINE,
  deadlineSchema,
  policySchema,
  probeSchema,
} from '../config/index.ts';
import { address, cidr, domainName } from '../schema/scalars.ts';
import { FINDING_CODES } from '../verify/findings/codes.ts';

/**
 * What a topology file may say. This one schema gives the parser its first pass, the types of `defineTopology`, and the JSON Schema
 * that editors use. It judges each value by itself; what depends on other parts of the file (references, overlaps,
 * membership) is judged by the modules that build those parts.
 */

/** A text of a certain form; `code` and `remedy` go into the problem that a wrong one makes. */
function text(form: RegExp, code: string, what: string, remedy: string) {
  return z.string().refine((value) => form.test(value), {
    error: (issue) => `${JSON.stringify(issue.input)} is not ${what}`,
    params: { code, remedy },
  });
}

function listOf<T extends z.ZodType>(item: T, least: number, most: number, what: string) {
  const count =
    least === most ? `exactly ${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  return z.array(item).refine((list) => list.length >= least && list.length <= most, {
    error: (issue) => `has ${(issue.input as unknown[]).length} entries`,
    params: { code: 'bad-count', remedy: `name ${count} ${what}` },
  });
}

/** What users call their own things. References, file names and host names are made from it. */
const label = text(
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/,
  'bad-label',
  'a usable name',
  'use letters, digits, - and _, at most 63, beginning with a letter or digit',
);

const account = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((value) => /^[0-9]{12}$/.test(value), {
    error: (issue) => `${JSON.stringify(issue.input)} is not an AWS account`,
    params: { code: 'bad-account', remedy: 'write its 12 digits, in quotes' },
  });

const resolvers = z
  .union([z.string(), z.array(z.string())])
  .describe('Whom clients ask, in order: forwarders/NAME, authorities/NAME, vpc-resolver, or addresses.');

const networkCidrs = listOf(cidr, 1, Infinity, 'CIDR').describe(
  'Its address ranges; the first IPv4 one is primary.',
);
const searchDomain = domainName.optional().describe('The search domain its DHCP option set hands out.');

const load = z
  .strictObject({
    queriesPerSecond: z.number().min(0, 'write 0 or more queries a second'),
    cacheHitRate: z
      .number()
      .min(0, 'write a share from 0 to 1')
      .max(1, 'write a share from 0 to 1')
      .default(0)
      .describe('The share of them that the caches of the tier answer, from 0 to 1.'),
  })
  .optional()
  .describe('What its clients ask, all of them together, at the busiest time; `check` sizes the tier by it.');

const subnet = z.strictObject({
  cidr: cidr.describe('Its address range, inside one of the network.'),
  availabilityZone: text(
    /^[a-z]{2}(-[a-z0-9]+)+-[0-9]+[a-z]$/,
    'bad-availability-zone',
    'an availability zone',
    'write one such as ap-southeast-2a',
  ).optional(),
});

const vpc = z.strictObject({
  kind: z.literal('vpc'),
  region: text(
    /^[a-z]{2}(-[a-z]+)+-[0-9]+$/,
    'bad-region',
    'a region',
    'write one such as ap-southeast-2',
  ).describe('The AWS region, such as ap-southeast-2.'),
  account: account.optional().describe('The AWS account that owns it.'),
  vpcId: text(/^vpc-[0-9a-f]{8,17}$/, 'bad-vpc-id', 'a VPC id', 'write one such as vpc-0a1b2c3d4e5f60718')
    .optional()
    .describe('An existing VPC to adopt.'),
  cidrs: networkCidrs,
  subnets: z.record(label, subnet).default({}),
  resolvers: resolvers.optional(),
  domainName: searchDomain,
  load,
  dnsSupport: z.boolean().default(true).describe('enableDnsSupport: without it there is no VPC resolver.'),
  dnsHostnames: z.boolean().default(true).describe('enableDnsHostnames: private zones need it.'),
  autodefinedReverse: z
    .boolean()
    .default(true)
    .describe('AutodefinedReverse: the VPC resolver answers reverse names of VPC addresses by itself.'),
});

const site = z.strictObject({
  kind: z.literal('site'),
  cidrs: networkCidrs,
  resolvers: resolvers.optional(),
  domainName: searchDomain,
  load,
});

const pair = listOf(z.string(), 2, 2, 'networks').describe('The two networks it joins.');
const path = {
  mtu: z
    .number()
    .int()
    .min(576, 'write at least 576')
    .max(9216, 'write at most 9216')
    .optional()
    .describe('The largest IP packet it carries whole, in bytes.'),
  port53: z
    .array(z.enum(['udp', 'tcp']))
    .default(['udp', 'tcp'])
    .describe('What firewalls and security groups on it let through of port 53: udp, tcp, both, or [].'),
};
const link = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('peering'), between: pair, ...path }),
  z.strictObject({ kind: z.literal('vpn'), between: pair, ...path }),
  z.strictObject({ kind: z.literal('direct-connect'), between: pair, ...path }),
  z.strictObject({
    kind: z.literal('transit-gateway'),
    between: listOf(z.string(), 2, Infinity, 'networks').describe('The networks attached to it.'),
    ...path,
  }),
]);

const authority = z.strictObject({
  network: z.string().describe('The network it stands in.'),
  addresses: listOf(address, 1, 16, 'addresses').describe('Its servers, all with the same zones.'),
  software: z.enum(['bind', 'windows', 'other']).default('other').describe('What `render` prints for it.'),
  forwards: z
    .union([z.string(), listOf(z.string(), 1, 16, 'members')])
    .optional()
    .describe(
      'forwarders/NAME: the tier it forwards the private zones to; or the members it forwards to, each as forwarders/NAME/MEMBER.',
    ),
});

const inlineRecords = z.record(
  z.string(),
  z
    .object({
      ttl: z
        .number()
        .int()
        .min(0, 'write 0 or more seconds')
        .max(2 ** 31 - 1, 'write at most 2147483647')
        .optional(),
    })
    .catchall(z.array(z.string())),
);
const records = z
  .union([z.string(), inlineRecords])
  .describe('A zone file, by its path from this file, or the records themselves.');

const zone = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('private'),
    networks: listOf(z.string(), 1, Infinity, 'VPC').describe('The VPCs it is associated with.'),
    account: account
      .optional()
      .describe('The account that owns it, where that is not the account of the VPCs.'),
    records: records.optional(),
  }),
  z.strictObject({
    kind: z.literal('external'),
    authority: z.string().describe('Who answers it: the name of an authority.'),
    records: records.optional(),
  }),
  z.strictObject({ kind: z.literal('public'), records }),
]);

const rule = z.strictObject({
  suffix: z.string().describe('The domain it covers, or a CIDR for the reverse zones that cover that.'),
  upstreams: z
    .union([z.string(), listOf(z.string(), 1, 16, 'upstreams')])
    .optional()
    .describe(
      'authorities/NAME, forwarders/NAME, vpc-resolver, or addresses. Default: as derived for this suffix.',
    ),
  policy: policySchema.optional().describe('Which upstream is asked first.'),
  probe: probeSchema.optional().describe('What health probes ask its upstreams.'),
});

const addresses = listOf(z.string(), 1, 16, 'addresses');

const otherwise = z
  .union([
    z.enum(['vpc-resolver', 'refuse']),
    addresses,
    z.strictObject({
      upstreams: z.union([z.literal('vpc-resolver'), addresses]),
      policy: policySchema.optional().describe('Which upstream is asked first.'),
      probe: probeSchema.optional().describe('What health probes ask them. Default: the root.'),
    }),
  ])
  .describe(
    'Names no rule covers: vpc-resolver, refuse, a list of addresses, or upstreams with policy or probe.',
  );

const tier = z.strictObject({
  network: z.string().describe('The VPC its members stand in.'),
  engine: z.enum(['native', 'bind']).default('native'),
  members: listOf(
    z.strictObject({ name: label, subnet: z.string().describe('A subnet of the tier’s network.'), address }),
    1,
    16,
    'members',
  ).describe('The forwarders, each with a fixed address.'),
  spares: z
    .number()
    .int()
    .min(0, 'write 0 or more instances')
    .max(4, 'write 4 instances at most')
    .default(0)
    .describe('Instances in each availability zone that stand by for the members there.'),
  capacity: z
    .number()
    .positive('write more than 0 queries a second')
    .optional()
    .describe('Queries a second that one member answers; `check` sizes the tier by it.'),
  deadline: deadlineSchema
    .default(DEFAULT_DEADLINE)
    .describe('How long a client waits at most: milliseconds, "500ms" or "2s".'),
  cache: cacheSchema.default({ bytes: DEFAULT_CACHE_BYTES }).describe('The cache of each member.'),
  rules: z.array(rule).default([]).describe('Forwarding rules besides, or in place of, the derived ones.'),
  otherwise: otherwise.default('vpc-resolver'),
  views: z
    .record(
      label,
      z.strictObject({
        networks: listOf(z.string(), 1, Infinity, 'network').describe('Whose clients have this view.'),
        rules: z.array(rule).default([]).describe('Rules besides, or in place of, those of the tier.'),
        otherwise: otherwise.optional(),
      }),
    )
    .default({}),
});

const allowance = z.strictObject({
  code: z.enum(FINDING_CODES).describe('The code of the finding, such as single-link.'),
  subject: z
    .string()
    .optional()
    .describe('What it is about, such as links/shared-sydney. Default: any subject.'),
  reason: text(/\S/, 'bad-reason', 'a reason', 'say why it may stay as it is').describe(
    'why it may stay as it is',
  ),
});

export const topologySchema = z.strictObject({
  name: label.describe('What this topology is called.'),
  networks: z.record(label, z.discriminatedUnion('kind', [vpc, site])).describe('VPCs and sites, by name.'),
  links: z.array(link).default([]).describe('What joins the networks.'),
  authorities: z
    .record(label, authority)
    .default({})
    .describe('DNS servers that someone else runs, by name.'),
  zones: z.record(z.string(), zone).default({}).describe('Zones, by domain name or by CIDR.'),
  forwarders: z.record(label, tier).default({}).describe('Tiers of forwarders, by name.'),
  allow: z.array(allowance).default([]).describe('Findings of `check` that may stay, each with the reason.'),
});

/** What a file or `defineTopology` may say. */
export type TopologyInput = z.input<typeof topologySchema>;
/** After the first pass: defaults filled in, scalars canonical, references still texts. */
export type TopologySource = z.output<typeof topologySchema>;
export type NetworkSource = TopologySource['networks'][string];
export type ZoneSource = TopologySource['zones'][string];
export type TierSource = TopologySource['forwarders'][string];
export type RuleSource = TierSource['rules'][number];
export type OtherwiseSource = TierSource['otherwise'];
export type InlineRecords = z.output<typeof inlineRecords>;

/** The identity, for the types: `export default defineTopology({ … })`. */
export function defineTopology(topology: TopologyInput): TopologyInput {
  return topology;
}

/** JSON Schema (draft 2020-12) of what a file may say. */
export function topologyJsonSchema(): unknown {
  return z.toJSONSchema(topologySchema, { io: 'input' });
}
