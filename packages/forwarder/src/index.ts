export {
  type Forwarder,
  type ForwarderOptions,
  type ForwarderStats,
  ReloadError,
  startForwarder,
} from './control/forwarder.ts';
export type { UpstreamStats } from './control/messages.ts';
export type { UdpKind } from './udp/udp.ts';
