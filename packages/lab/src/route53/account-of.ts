import type { PrivateZone, Topology, Vpc } from '@pointsman/core/topology';

/** The account of what states none. */
export const UNSTATED_ACCOUNT = '000000000000';

export function accountOfVpc({ account = UNSTATED_ACCOUNT }: Vpc): string {
  return account;
}

/** A zone that states no account belongs to that of its first VPC. */
export function accountOfZone({ networks }: Topology, zone: PrivateZone): string {
  if (zone.account !== undefined) return zone.account;
  const first = networks.find(({ name }) => name === zone.networks[0]);
  return first?.kind === 'vpc' ? accountOfVpc(first) : UNSTATED_ACCOUNT;
}

/** Every account of a topology, each once; the first is the one that owns its first private zone. */
export function accountsOf(topology: Topology): [string, ...string[]] {
  const privateZones = topology.zones.filter((zone) => zone.kind === 'private');
  const vpcs = topology.networks.filter((network) => network.kind === 'vpc');
  const accounts = [...privateZones.map((zone) => accountOfZone(topology, zone)), ...vpcs.map(accountOfVpc)];
  const [first = UNSTATED_ACCOUNT, ...rest] = new Set(accounts);
  return [first, ...rest];
}
