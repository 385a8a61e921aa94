import { join } from 'node:path';
import type { Authority } from './authority.ts';

/** BIND 9 as an authority: one worker thread, no recursion, no logs. */
export const bindAuthority: Authority = {
  name: 'BIND',
  role: 'other',
  package: { package: 'bind9', command: 'named' },
  files: ({ listen, shape, directory, zones }) => ({
    'named.conf': `options {
  directory "${directory}";
  listen-on port ${listen.port} { ${listen.address}; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  recursion no;
  minimal-responses yes;
  notify no;
  querylog no;
};
controls { };
logging { category default { null; }; };
${shape.zones.map((zone) => `zone "${zone}" { type primary; file "${join(zones, zone)}"; };\n`).join('')}`,
  }),
  command: ({ directory }) => ({
    program: 'named',
    arguments: ['-f', '-n', '1', '-c', join(directory, 'named.conf')],
  }),
};
