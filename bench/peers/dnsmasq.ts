import { join } from 'node:path';
import type { Peer } from './peer.ts';

/**
 * dnsmasq's cache is bounded by a count, reserved as a whole at the start, and slower the larger it is: so it gets as many
 * entries as dnsdist, which is still several times more than the bench fills, and not as many as the bytes would hold.
 */
const BYTES_AN_ENTRY = 372;
const entries = (cacheBytes: number) => Math.floor(cacheBytes / BYTES_AN_ENTRY);

/** dnsmasq as a forwarder only: no hosts file, no resolv.conf, as many queries under way as the load has. */
export const dnsmasq: Peer = {
  name: 'dnsmasq',
  role: 'other',
  package: { package: 'dnsmasq-base', command: 'dnsmasq' },
  files: ({ listen, upstream, suffixes, cacheBytes }) => ({
    'dnsmasq.conf': `port=${listen.port}
listen-address=${listen.address}
bind-interfaces
no-resolv
no-hosts
no-poll
user=
group=
pid-file=
cache-size=${entries(cacheBytes)}
dns-forward-max=2000
${suffixes.map((suffix) => `server=/${suffix}/${upstream.address}#${upstream.port}\n`).join('')}`,
  }),
  command: ({ directory }) => ({
    program: 'dnsmasq',
    arguments: ['--keep-in-foreground', `--conf-file=${join(directory, 'dnsmasq.conf')}`],
  }),
  reservedAnswers: entries,
  check: ({ directory }) => ({
    program: 'dnsmasq',
    arguments: ['--test', `--conf-file=${join(directory, 'dnsmasq.conf')}`],
  }),
  version: { program: 'dnsmasq', arguments: ['--version'] },
};
