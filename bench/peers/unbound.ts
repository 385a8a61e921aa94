import { join } from 'node:path';
import type { Peer } from './peer.ts';

/**
 * Unbound, one thread, without the validator. The cache is divided as unbound.conf(5) recommends: twice as much for record
 * sets as for messages.
 */
export const unbound: Peer = {
  name: 'Unbound',
  role: 'other',
  package: { package: 'unbound', command: 'unbound' },
  files: ({ listen, upstream, suffixes, cacheBytes, directory }) => ({
    'unbound.conf': `server:
  directory: "${directory}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  verbosity: 0
  interface: ${listen.address}@${listen.port}
  access-control: 127.0.0.0/8 allow
  do-ip6: no
  do-not-query-localhost: no
  num-threads: 1
  module-config: "iterator"
  msg-cache-size: ${Math.floor(cacheBytes / 3)}
  rrset-cache-size: ${Math.floor((cacheBytes * 2) / 3)}
  outgoing-range: 4096
  num-queries-per-thread: 2048
  so-rcvbuf: 4m
  so-sndbuf: 4m
  minimal-responses: yes
remote-control:
  control-enable: no
${suffixes.map((suffix) => `forward-zone:\n  name: "${suffix}."\n  forward-addr: ${upstream.address}@${upstream.port}\n`).join('')}`,
  }),
  command: ({ directory }) => ({
    program: 'unbound',
    arguments: ['-d', '-c', join(directory, 'unbound.conf')],
  }),
  check: ({ directory }) => ({
    program: 'unbound-checkconf',
    arguments: [join(directory, 'unbound.conf')],
  }),
  version: { program: 'unbound', arguments: ['-V'] },
};
