import type { AgentConfig, ServiceInterface } from '@pointsman/core/config';
import type { AgentPorts } from '../agent-ports.ts';
import type { MemberInterface } from '../cloud/address-cloud.ts';
import { pauseFor } from '../pause.ts';
import type { ClaimingOptions } from './keep-claiming.ts';

/** Milliseconds between two looks. */
const INTERVAL = 200;

/**
 * Outside AWS somebody else decides who has the address, such as keepalived: an agent serves it while this host has it, until the signal.
 */
export async function keepWatching(
  desired: ServiceInterface,
  {
    config,
    ports,
    onTurn,
    signal,
  }: { config: AgentConfig; ports: AgentPorts } & Pick<ClaimingOptions, 'onTurn' | 'signal'>,
): Promise<void> {
  const member = memberOf(desired, config);
  while (!signal.aborted) {
    const local = ports.localAddresses();
    const isHere = member.addresses.every((address) => local.has(address));
    await onTurn({
      held: isHere ? member : undefined,
      step: isHere
        ? { do: 'hold', interface: member }
        : { do: 'wait', pace: 'calm', why: `${member.addresses.join(' and ')} is on another host` },
      candidates: [member],
      problems: [],
    });
    await pauseFor(INTERVAL, signal);
  }
}

function memberOf({ mac, addresses }: ServiceInterface, { member = 'local' }: AgentConfig): MemberInterface {
  return {
    id: mac,
    member,
    mac,
    availabilityZone: 'none',
    vpcId: 'none',
    subnetId: 'none',
    subnetCidrs: [],
    addresses: addresses.map(({ address }) => address),
    attachment: undefined,
  };
}
