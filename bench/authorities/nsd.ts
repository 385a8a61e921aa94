import { join } from 'node:path';
import type { Authority } from './authority.ts';

/** NSD with one server process. */
export const nsdAuthority: Authority = {
  name: 'NSD',
  role: 'other',
  package: { package: 'nsd', command: 'nsd' },
  files: ({ listen, shape, directory, zones }) => ({
    'nsd.conf': `server:
  ip-address: ${listen.address}@${listen.port}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: "${zones}"
  zonelistfile: "${directory}/zone.list"
  xfrdir: "${directory}"
  xfrdfile: ""
  pidfile: ""
  logfile: "${directory}/nsd.log"
  minimal-responses: yes
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: no
${shape.zones.map((zone) => `zone:\n  name: ${zone}\n  zonefile: ${zone}\n`).join('')}`,
  }),
  command: ({ directory }) => ({
    program: 'nsd',
    arguments: ['-d', '-c', join(directory, 'nsd.conf')],
  }),
};
