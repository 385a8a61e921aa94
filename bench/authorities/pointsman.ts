import { join } from 'node:path';
import { POINTSMAN } from '../peers/pointsman.ts';
import type { Authority } from './authority.ts';
import { STORE, VPC } from './fill-store.ts';

/** `pointsman zones serve` as a user runs it: private zones in a file, asked from inside their VPC. */
export const pointsmanAuthority: Authority = {
  name: 'Pointsman',
  role: 'ours',
  files: () => ({}),
  command: ({ listen, api, directory, zones }) => ({
    program: process.execPath,
    arguments: [
      POINTSMAN,
      'zones',
      'serve',
      ...['--dns', `${listen.address}:${listen.port}`],
      ...['--api', `${api.address}:${api.port}`],
      ...['--db', join(zones, STORE)],
      ...['--vpc', `${VPC.id}=127.0.0.0/8@${VPC.region}`],
      '--json',
    ],
    directory,
  }),
};
