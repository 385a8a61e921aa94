import { z } from 'zod';
import { parseEndpoint } from '../address/index.ts';
import { type ConfigProblem, parseConfig } from './parse-config.ts';
import { serviceInterfaceSchema } from './service-interface.ts';

/** The configuration of the agent on a forwarder's host: what `pointsman agent --config` reads. */

const label = '[A-Za-z0-9][A-Za-z0-9_-]{0,62}';

function text(form: RegExp, remedy: string) {
  return z.string().refine((value) => form.test(value), remedy);
}

const url = text(/^https?:\/\/[^\s/?#]+(\/[^\s]*)?$/, 'write a URL such as http://127.0.0.1:8053');

const absolutePath = text(/^\/[^\0]*$/, 'write an absolute path, such as /run/pointsman/agent.sock');

/** A file, a URL, a parameter or an object, with `{member}` for the name of the member that the host serves. */
const configuration = text(
  /^(file:\/\/\/|https?:\/\/[^\s/]|ssm:\/|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/.)[^\0\s]*$/,
  'write file:///PATH, https://HOST/PATH, ssm:/NAME (a parameter) or s3://BUCKET/KEY',
);

export const agentConfigSchema = z
  .strictObject({
    tier: text(new RegExp(`^${label}/${label}$`), 'write the topology and its tier, such as "acme/main"')
      .optional()
      .describe(
        'Whose addresses this host may take: the value of the tag pointsman:tier on their interfaces.',
      ),
    interface: serviceInterfaceSchema
      .optional()
      .describe(
        'Outside AWS, in the place of tier: the interface and its addresses. They are served while this host has them; somebody else decides who has, such as keepalived.',
      ),
    member: text(new RegExp(`^${label}$`), 'write the name of a member, such as "a"')
      .optional()
      .describe(
        'The one member whose address it takes: the tag pointsman:member. Default: any of the tier in this availability zone.',
      ),
    engine: z.enum(['native', 'bind']).default('native').describe('What answers.'),
    configuration: configuration.describe(
      'Where the configuration of the forwarder is: file:///PATH, https://HOST/PATH, ssm:/NAME or s3://BUCKET/KEY. {member} stands for the name of the member.',
    ),
    region: text(/^[a-z]{2}(-[a-z]+)+-[0-9]+$/, 'write a region, such as "ap-southeast-2"')
      .optional()
      .describe('Default: as the metadata service says.'),
    endpoints: z
      .strictObject({
        cloud: url.optional().describe('Where the API of AWS is. Default: AWS.'),
        metadata: url.default('http://169.254.169.254').describe('Where the instance metadata service is.'),
      })
      .prefault({})
      .describe('Where the cloud is, where it is not AWS.'),
    stateDirectory: absolutePath
      .default('/var/lib/pointsman')
      .describe('A folder that outlives a reboot: the last good configuration, and the last heals.'),
    socket: absolutePath
      .default('/run/pointsman/agent.sock')
      .describe('A Unix socket that `pointsman agent status` asks.'),
    metrics: z
      .string()
      .refine(
        (value) => parseEndpoint(value)?.port !== undefined,
        'write IP:PORT, such as "127.0.0.1:9153" or "[::1]:9153"',
      )
      .optional()
      .describe('Where metrics for Prometheus are served over HTTP. Default: nowhere.'),
    publish: text(
      /^\/[A-Za-z0-9_.{}/-]+$/,
      'write the name of a parameter, such as "/pointsman/acme/status/main/{member}"',
    )
      .optional()
      .describe(
        'The SSM parameter that its status is written to, for `pointsman status`. {member} stands for the name of the member. Default: none.',
      ),
    launchHook: z
      .string()
      .min(1, 'write the name of the lifecycle hook')
      .optional()
      .describe(
        'The lifecycle hook of Auto Scaling that is completed when the host is ready. Default: none.',
      ),
    launchWithin: z
      .number()
      .int()
      .min(10, 'write seconds, from 10 to 7200')
      .max(7200, 'write seconds, from 10 to 7200')
      .default(600)
      .describe(
        "Seconds in which a launched host has to be ready, or the hook is told ABANDON. Longer than the hook's own HeartbeatTimeout it comes too late.",
      ),
  })
  .superRefine(({ tier, interface: given }, context) => {
    if ((tier === undefined) !== (given === undefined)) return;
    context.addIssue({
      code: 'custom',
      path: ['tier'],
      message: tier === undefined ? 'is missing, and so is interface' : 'stands beside interface',
      params: { code: 'bad-place', remedy: 'write tier on AWS, interface elsewhere, and one of them only' },
    });
  });

/** A validated configuration, defaults filled in. */
export type AgentConfig = z.output<typeof agentConfigSchema>;

/** Validates the whole of a parsed JSON value; all problems at once. */
export function parseAgentConfig(
  value: unknown,
): { ok: true; config: AgentConfig } | { ok: false; problems: ConfigProblem[] } {
  return parseConfig(agentConfigSchema, value);
}

/** JSON Schema (draft 2020-12) of what a file may say. */
export function agentConfigJsonSchema(): unknown {
  return z.toJSONSchema(agentConfigSchema, { io: 'input' });
}
