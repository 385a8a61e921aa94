import { join } from 'node:path';
import type { ForwarderConfigInput } from '@pointsman/core/config';
import type { Peer, Work } from './peer.ts';

/** Our own forwarder: the command as a user runs it, and the same engine on Node's own sockets. */

export const POINTSMAN = join(import.meta.dirname, '../../packages/cli/bin/pointsman.js');
const ON_DGRAM = join(import.meta.dirname, '../native-forwarder.ts');

function forwarderConfig({ listen, upstream, suffixes, cacheBytes }: Work): ForwarderConfigInput {
  return {
    name: 'bench',
    listen: [`${listen.address}:${listen.port}`],
    clients: ['127.0.0.0/8'],
    rules: suffixes.map((suffix) => ({ suffix, upstreams: [`${upstream.address}:${upstream.port}`] })),
    cache: { bytes: cacheBytes },
  };
}

const files = (work: Work) => ({ 'forwarder.json': `${JSON.stringify(forwarderConfig(work))}\n` });
const serve = (directory: string) => [
  POINTSMAN,
  'serve',
  join(directory, 'forwarder.json'),
  '--workers',
  '1',
  '--json',
];
const node = (directory: string, ...script: string[]) => {
  const [program, ...rest] = script;
  return { program: process.execPath, arguments: [program!, ...rest], directory };
};

export const pointsman: Peer = {
  name: 'Pointsman',
  role: 'ours',
  engine: 'native',
  files,
  command: ({ directory }) => node(directory, ...serve(directory)),
};

/**
 * For the soak. Left alone, V8 lets tens of MiB of garbage pile up before it collects its old generation, which takes longer than
 * half an hour at that load; with a heap bounded so tightly it collects every minute, and what then grows is a leak.
 */
export const pointsmanInSmallHeap: Peer = {
  ...pointsman,
  command: ({ directory }) => node(directory, '--max-old-space-size=24', ...serve(directory)),
};

export const pointsmanDgram: Peer = {
  name: 'Pointsman (dgram)',
  role: 'ours',
  files,
  command: ({ directory }) => node(directory, ON_DGRAM, join(directory, 'forwarder.json'), 'dgram'),
};
