import { join } from 'node:path';
import type { Peer } from './peer.ts';

/** BIND 9, one worker thread, forwarding only; no validation, no logs, no control channel. */
export const bind: Peer = {
  name: 'BIND',
  role: 'other',
  package: { package: 'bind9', command: 'named' },
  files: ({ listen, upstream, suffixes, cacheBytes, directory }) => ({
    'named.conf': `options {
  directory "${directory}";
  listen-on port ${listen.port} { ${listen.address}; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  recursion yes;
  allow-query { 127.0.0.0/8; };
  allow-recursion { 127.0.0.0/8; };
  recursive-clients 10000;
  max-cache-size ${cacheBytes};
  dnssec-validation no;
  minimal-responses yes;
  qname-minimization off;
  empty-zones-enable no;
  querylog no;
};
controls { };
logging { category default { null; }; };
${suffixes.map((suffix) => `zone "${suffix}" { type forward; forward only; forwarders { ${upstream.address} port ${upstream.port}; }; };\n`).join('')}`,
  }),
  command: ({ directory }) => ({
    program: 'named',
    arguments: ['-f', '-n', '1', '-c', join(directory, 'named.conf')],
  }),
  check: ({ directory }) => ({
    program: 'named-checkconf',
    arguments: [join(directory, 'named.conf')],
  }),
  engine: 'bind',
  version: { program: 'named', arguments: ['-v'] },
};
