import { type AgentConfig, parseAgentConfig } from '@pointsman/core/config';
import { agentPolicy } from '@pointsman/host';
import { SMALL_HEAP } from '../../loopback/fork-member.ts';
import { WorldError } from '../../loopback/world-error.ts';
import { clockEnvironment } from '../fabric/index.ts';
import type { LabTier } from '../world/plan.ts';
import { API_IN_VPCS } from '../world/play-api.ts';
import { writeUserData } from './user-data.ts';

/** How a tier is set up for its agents, as docs/agent.md says that it is done. */
export type AgentSetup = {
  /** Of the instances' role and of its instance profile, and what it may do. */
  role: string;
  policy: string;
  /** The lifecycle hook that an instance's launch waits for. */
  launchHook: string;
  /** Where the configurations of members are. */
  bucket: string;
  keyOf: (member: string) => string;
  /** The parameter that a member's agent writes its status to. */
  statusOf: (member: string) => string;
  /** What instances run at their first boot. */
  userData: string;
};

const LAUNCH_HOOK = 'answers';
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const LONGEST_BUCKET = 63;

/** `command`: what runs `pointsman` on a machine. @throws WorldError `name-too-long` */
export function setUpAgents(
  lab: string,
  { name, tag, engine }: LabTier,
  owner: { account: string; region: string },
  command: readonly string[],
): AgentSetup {
  const bucket = `${lab}-configs-${owner.account}`;
  if (bucket.length > LONGEST_BUCKET) {
    const most = LONGEST_BUCKET - (bucket.length - lab.length);
    const message = `S3 has no bucket of so long a name as ${bucket}: for --agents, give the topology a name of ${most} characters at most`;
    throw new WorldError('name-too-long', message);
  }
  const key = `${name}/{member}.json`;
  const publish = `/pointsman/${lab}/status/${name}/{member}`;
  const given = {
    tier: tag,
    engine,
    configuration: `s3://${bucket}/${key}`,
    publish,
    launchHook: LAUNCH_HOOK,
    endpoints: { cloud: `http://${API_IN_VPCS.address}:${API_IN_VPCS.port}` },
  };
  return {
    role: `${lab}-${name}`,
    policy: JSON.stringify(agentPolicy(validated(given), owner)),
    launchHook: LAUNCH_HOOK,
    bucket,
    keyOf: (member) => key.replaceAll('{member}', member),
    statusOf: (member) => publish.replaceAll('{member}', member),
    // An agent's clock is its machine's, where that can be: named does not start with libfaketime, and the agent's environment is its own.
    userData: writeUserData(JSON.stringify(given, undefined, 2), command, {
      NODE_OPTIONS: SMALL_HEAP,
      ...(engine === 'native' && clockEnvironment()),
    }),
  };
}

/** Agents take no other: a configuration of ours that they refuse is a mistake of ours. */
function validated(given: unknown): AgentConfig {
  const parsed = parseAgentConfig(given);
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.problems));
  return parsed.config;
}
