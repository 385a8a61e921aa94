import { bind } from './bind/bind.ts';
import { coredns } from './coredns/coredns.ts';
import { dnsdist } from './dnsdist/dnsdist.ts';
import { dnsmasq } from './dnsmasq/dnsmasq.ts';
import { keepalived } from './keepalived/keepalived.ts';
import { knotResolver } from './knot-resolver/knot-resolver.ts';
import type { Renderer } from './render.ts';
import { systemdResolved } from './systemd-resolved/systemd-resolved.ts';
import { unbound } from './unbound/unbound.ts';
import { windows } from './windows/windows.ts';

/** Every server that configuration is written for, by the name that `--for` takes. */
export const renderers = {
  bind,
  unbound,
  dnsmasq,
  coredns,
  dnsdist,
  'knot-resolver': knotResolver,
  windows,
  'systemd-resolved': systemdResolved,
  keepalived,
} satisfies Record<string, Renderer>;

export type RenderTarget = keyof typeof renderers;

export const RENDER_TARGETS = Object.keys(renderers) as RenderTarget[];
