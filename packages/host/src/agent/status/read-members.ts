import type { HolderState, MemberInterface } from '../cloud/address-cloud.ts';
import { callCloud } from '../cloud/call-cloud.ts';
import { type CloudClients, openClients } from '../cloud/clients.ts';
import { openEc2Addresses } from '../cloud/ec2-addresses.ts';
import type { AgentStatus } from './agent-status.ts';
import { parseStatus } from './parse-status.ts';

/** A member of a tier as the cloud and its agent tell it. */
export type MemberReport = {
  member: string;
  address: string;
  /** Interfaces with the member's tags: one, where all is well. */
  interfaces: readonly string[];
  /** Who has the address; undefined: nobody. */
  holder:
    | { instanceId: string; state: HolderState; attachment: string; since: string | undefined }
    | undefined;
  /** What its agent published last; undefined where it has not. */
  status: AgentStatus | undefined;
};

export type WantedTier = {
  /** `TOPOLOGY/TIER`. */
  tier: string;
  region: string;
  members: readonly { name: string; address: string }[];
};

/** Where to ask, and as whom. */
export type MembersAccess = {
  /** Undefined: AWS. */
  endpoint: string | undefined;
  /** Undefined: those of the environment, or wherever the SDK looks. */
  keys: { accessKeyId: string; secretAccessKey: string } | undefined;
};

/** Milliseconds: an agent publishes once a minute at least. Older than this, nobody stands behind it any more. */
export const STALE_AFTER = 150_000;

/** Where an agent's status is, when its `publish` is as documented. */
export function statusParameter(tier: string, member: string): string {
  const [topology, name] = tier.split('/') as [string, string];
  return `/pointsman/${topology}/status/${name}/${member}`;
}

/** Asks EC2 and Parameter Store about all members of a tier. @throws CloudError */
export async function readMembers(
  { tier, region, members }: WantedTier,
  { endpoint, keys }: MembersAccess,
): Promise<MemberReport[]> {
  const clients = openClients({ endpoint, region: async () => region }, keys && (async () => keys));
  const ec2 = openEc2Addresses(clients, { tier, instanceId: async () => 'none' });
  const [interfaces, statuses] = await Promise.all([
    ec2.findInterfaces(),
    readStatuses(
      clients,
      members.map(({ name }) => statusParameter(tier, name)),
    ),
  ]);
  const holders = interfaces.flatMap(({ attachment }) => attachment?.instanceId ?? []);
  const states = holders.length > 0 ? await ec2.findHolders(holders) : new Map<string, HolderState>();
  return members.map(({ name, address }) => {
    const own = interfaces.filter(({ member }) => member === name);
    return {
      member: name,
      address,
      interfaces: own.map(({ id }) => id),
      holder: own.length === 1 ? holderOf(own[0]!, states) : undefined,
      status: statuses.get(statusParameter(tier, name)),
    };
  });
}

function holderOf(
  { attachment }: MemberInterface,
  states: ReadonlyMap<string, HolderState>,
): MemberReport['holder'] {
  if (!attachment) return undefined;
  const { instanceId, state, since } = attachment;
  return {
    instanceId,
    state: states.get(instanceId) ?? 'missing',
    attachment: state,
    since: since === undefined ? undefined : new Date(since).toISOString(),
  };
}

async function readStatuses(
  { ssm }: Pick<CloudClients, 'ssm'>,
  names: readonly string[],
): Promise<ReadonlyMap<string, AgentStatus>> {
  const { GetParametersCommand } = await import('@aws-sdk/client-ssm');
  const found = new Map<string, AgentStatus>();
  for (let at = 0; at < names.length; at += MOST_NAMES) {
    const command = new GetParametersCommand({ Names: names.slice(at, at + MOST_NAMES) });
    const { Parameters = [] } = await callCloud('ssm:GetParameters', async () => (await ssm()).send(command));
    for (const { Name, Value } of Parameters) {
      const status = parseStatus(Value);
      if (status) found.set(Name!, status);
    }
  }
  return found;
}

/** Of one call. */
const MOST_NAMES = 10;
