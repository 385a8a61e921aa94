import { join } from 'node:path';
import { nsdConf } from '../upstream/nsd-conf.ts';
import type { Authority } from './authority.ts';

/** NSD with one server process. */
export const nsdAuthority: Authority = {
  name: 'NSD',
  role: 'other',
  package: { package: 'nsd', command: 'nsd' },
  files: ({ listen, shape, directory, zones }) => ({
    'nsd.conf': nsdConf({ listen, directory, zonesDirectory: zones, zones: shape.zones }),
  }),
  command: ({ directory }) => ({
    program: 'nsd',
    arguments: ['-d', '-c', join(directory, 'nsd.conf')],
  }),
};
