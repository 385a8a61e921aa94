import { z } from 'zod';
import { parseEndpoint } from '../address/index.ts';
import { typeNumber } from '../dns/codes.ts';
import { showName } from '../schema/path.ts';
import { cidr, domainName } from '../schema/scalars.ts';
import { type ConfigProblem, parseConfig } from './parse-config.ts';

/**
 * The configuration of one forwarder: what `pointsman serve` reads, what the planner makes for each member, and what every
 * engine starts from.
 */

/** 64 MiB. */
export const DEFAULT_CACHE_BYTES = 64 * 2 ** 20;
/** Milliseconds. */
export const DEFAULT_DEADLINE = 2000;

const label = z.string().min(1, 'write a name');

const listenEndpoint = z
  .string()
  .refine(
    (text) => parseEndpoint(text)?.port !== undefined,
    'write IP:PORT, such as "10.10.1.53:53" or "[fd00::1]:53"',
  );

const upstream = z
  .string()
  .refine(
    (text) => parseEndpoint(text) !== undefined,
    'write IP or IP:PORT, such as "192.168.1.53" or "[fd00::1]:53"',
  );

const upstreams = z.array(upstream).min(1, 'name at least one upstream').max(16, 'name 16 upstreams at most');

/** Which upstream of a rule is asked first: the measured fastest, the first listed that works, or each in turn. */
export const policySchema = z.enum(['fastest', 'ordered', 'spread']);

/** What health probes ask. */
export const probeSchema = z.strictObject({
  name: domainName.describe('The name that health probes ask for. Default: the suffix of the rule.'),
  type: z
    .string()
    .refine((text) => typeNumber(text) !== undefined, 'write a type of records, such as "SOA" or "TYPE65280"')
    .default('SOA')
    .describe('The type that health probes ask for.'),
});

const ruleSchema = z.strictObject({
  suffix: domainName.describe('The domain this rule covers: the name itself and everything below it.'),
  upstreams: upstreams.describe('Where its queries go: IP or IP:PORT (53 where none is given).'),
  policy: policySchema.optional().describe('Which upstream is asked first. Default: fastest.'),
  probe: probeSchema.optional().describe('What health probes ask its upstreams.'),
});

const otherwiseSchema = z.union([
  z.literal('refuse'),
  z.strictObject({ upstreams, policy: policySchema.optional(), probe: probeSchema.optional() }),
]);

const rules = z.array(ruleSchema).superRefine((list, context) => {
  const seen = new Map<string, number>();
  for (const [index, rule] of list.entries()) {
    const first = seen.get(rule.suffix);
    if (first === undefined) seen.set(rule.suffix, index);
    else {
      context.addIssue({
        code: 'custom',
        path: [index, 'suffix'],
        message: `${showName(rule.suffix)} has a rule already (rules.${first})`,
        params: { code: 'duplicate-rule', remedy: 'list all its upstreams there' },
      });
    }
  }
});

const view = z.strictObject({
  name: label.describe('What this view is called in logs and metrics.'),
  clients: z.array(cidr).min(1, 'name at least one CIDR').describe('Who has this view.'),
  rules: rules.describe('The forwarding rules of this view; none of the others hold in it.'),
  otherwise: otherwiseSchema.default('refuse').describe('What happens to names that no rule covers.'),
});

/**
 * A client has one view: the same CIDR in two of them would leave open which. The forwarder knows a view by one byte, of which the
 * rules outside of all views take one value.
 */
const views = z
  .array(view)
  .max(255, 'write 255 views at most')
  .superRefine((list, context) => {
    const holders = new Map<string, string>();
    for (const [index, { name, clients }] of list.entries()) {
      for (const [at, client] of clients.entries()) {
        const holder = holders.get(client);
        if (holder === undefined) holders.set(client, name);
        else {
          context.addIssue({
            code: 'custom',
            path: [index, 'clients', at],
            message: `${client} has the view ${holder} already`,
            params: { code: 'duplicate-view', remedy: 'give a client network one view' },
          });
        }
      }
    }
  });

/** How long a client waits at most, in milliseconds: from a number of milliseconds, `"500ms"` or `"2s"`. */
export const deadlineSchema = z
  .union([
    z.number(),
    z.string().regex(/^[0-9]+(\.[0-9]+)?(ms|s)$/, 'write milliseconds, or a text such as "500ms" or "2s"'),
  ])
  .transform((value) =>
    typeof value === 'number' ? value : parseFloat(value) * (value.endsWith('ms') ? 1 : 1000),
  )
  .pipe(z.number().min(50, 'write 50 ms at least').max(30_000, 'write 30 s at most'));

export const cacheSchema = z.strictObject({
  bytes: z
    .number()
    .int()
    .min(1_048_576, 'write 1 MiB (1048576) at least')
    .max(64 * 2 ** 30, 'write 64 GiB at most')
    .describe('Memory for answers; the oldest go where it is full.'),
});

export const forwarderConfigSchema = z.strictObject({
  name: label.describe('What this forwarder calls itself in logs and metrics.'),
  listen: z
    .array(listenEndpoint)
    .min(1, 'name at least one')
    .describe(
      'Where it answers, over UDP and TCP. 0.0.0.0 and :: only where the host has one address: replies leave from the one that the kernel takes.',
    ),
  clients: z.array(cidr).describe('Who may ask. Everybody else is refused.'),
  rules: rules.describe('The forwarding rules; the longest suffix wins.'),
  otherwise: otherwiseSchema.default('refuse').describe('What happens to names that no rule covers.'),
  views: views
    .optional()
    .describe('Other rules for some clients; the most specific CIDR decides which view a client has.'),
  budgets: z
    .array(
      z.strictObject({
        upstreams: upstreams.describe(
          'Those that share the budget, such as the addresses of one VPC resolver.',
        ),
        // An exchange over TCP takes 6 packets at once.
        packetsPerSecond: z
          .number()
          .int()
          .min(10, 'write 10 packets a second at least')
          .max(1_000_000, 'write 1,000,000 packets a second at most'),
      }),
    )
    .optional()
    .describe(
      'Upstreams that drop what exceeds a rate: a VPC resolver takes 1,024 packets a second from an interface.',
    ),
  cache: cacheSchema.default({ bytes: DEFAULT_CACHE_BYTES }),
  deadline: deadlineSchema
    .default(DEFAULT_DEADLINE)
    .describe('How long a client waits at most: milliseconds, "500ms" or "2s".'),
});

/** A validated configuration: names canonical, the deadline in milliseconds, defaults filled in. */
export type ForwarderConfig = z.output<typeof forwarderConfigSchema>;
/** What a file may say: defaults left out, names and durations in any spelling. */
export type ForwarderConfigInput = z.input<typeof forwarderConfigSchema>;
export type ForwardingRule = ForwarderConfig['rules'][number];
export type Otherwise = ForwarderConfig['otherwise'];
export type Probe = z.output<typeof probeSchema>;
export type UpstreamPolicy = z.infer<typeof policySchema>;

/** Validates the whole of a parsed JSON value; all problems at once. */
export function parseForwarderConfig(
  value: unknown,
): { ok: true; config: ForwarderConfig } | { ok: false; problems: ConfigProblem[] } {
  return parseConfig(forwarderConfigSchema, value);
}

/** JSON Schema (draft 2020-12) of what a file may say. */
export function forwarderConfigJsonSchema(): unknown {
  return z.toJSONSchema(forwarderConfigSchema, { io: 'input' });
}
