/** What `ip -json -N` prints, as far as we read it (iproute2 6.1; numbers of tables, protocols, scopes and types come as texts). */

export type LinkJson = {
  ifindex: number;
  ifname: string;
  flags: string[];
  /** The MAC address. */
  address?: string;
  addr_info: AddressJson[];
};

export type AddressJson = {
  family: 'inet' | 'inet6';
  local: string;
  prefixlen: number;
  scope?: string;
  dadfailed?: boolean;
  valid_life_time: number;
  preferred_life_time: number;
};

export type RouteJson = {
  dst: string;
  type?: string;
  gateway?: string;
  /** A gateway of the other family. */
  via?: { host: string };
  dev?: string;
  /** Missing for the main table. */
  table?: string;
  protocol?: string;
  prefsrc?: string;
  metric?: number;
  nexthops?: { dev: string }[];
};

export type RuleJson = {
  priority: number;
  src: string;
  srclen?: number;
  table?: string;
  protocol?: string;
};

export function numberOf(text: string | number | undefined, otherwise: number): number {
  return text === undefined ? otherwise : Number(text);
}
