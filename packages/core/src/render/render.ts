import type { ForwarderConfig } from '../config/index.ts';
import type { PlannedAuthority } from '../plan/index.ts';
import type { Origins } from './origins.ts';

/** Writes configuration for one kind of server. */
export type Renderer = {
  /** A tier's member. `hosts`: where its address is moved among several, who they are. */
  member: (config: ForwarderConfig, origins: Origins, hosts?: VrrpHosts) => Rendered;
  /** What an authority's own servers need besides what they have: conditional forwarders for the zones they do not hold. */
  authority: (authority: PlannedAuthority, origins: Origins) => Rendered;
};

/** The hosts that may hold a member's address, by addresses of their own, and the name that its interface has on all of them. */
export type VrrpHosts = { addresses: readonly string[]; device: string };

/**
 * A configuration made for a server: its text, and what that server does less well than the topology says (the text has it as
 * comments too). Or, where it would do something else, why there is none.
 */
export type Rendered =
  | { ok: true; text: string; warnings: readonly string[] }
  | { ok: false; problems: readonly RenderProblem[] };

/** What a server cannot express: a stable code, the thing and the server by name, and what would be right. */
export type RenderProblem = { code: RenderCode; message: string; remedy: string };

export type RenderCode =
  /** The server has no form for the whole of it: no member, or no conditional forwarders. */
  | 'no-such-form'
  /** Bytes in a domain name that the server's configuration cannot hold. */
  | 'name'
  /** Different rules for different clients. */
  | 'views'
  /** A port other than 53, or a kind of address. */
  | 'endpoint'
  /** Refusing clients, or names that no rule covers. */
  | 'refusal'
  /** More rules, servers or upstreams than the server takes. */
  | 'too-many';
