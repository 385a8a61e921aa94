import { join } from 'node:path';
import type { Endpoint } from '../running/question.ts';
import { type RunningServer, startServer } from '../running/server.ts';
import { nsdConf } from './nsd-conf.ts';

/** The upstream of all measurements: nsd with wildcards, so that every name exists and no two need to be written down. */

/** Below it every name has one A record with a TTL of a day. */
export const ANSWERING_ZONE = 'bench.example';
/** Below it no name exists. */
export const EMPTY_ZONE = 'empty.example';

export const nsdPackage = { package: 'nsd', command: 'nsd' };
export const nsdVersion = { program: 'nsd', arguments: ['-v'] };

const apex = (zone: string) => `$ORIGIN ${zone}.
$TTL 86400
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A 192.0.2.53
`;

export function nsdFiles(listen: Endpoint, directory: string): Record<string, string> {
  return {
    'nsd.conf': nsdConf({
      listen,
      directory,
      zonesDirectory: directory,
      zones: [ANSWERING_ZONE, EMPTY_ZONE],
    }),
    [ANSWERING_ZONE]: `${apex(ANSWERING_ZONE)}* A 192.0.2.1\n`,
    [EMPTY_ZONE]: apex(EMPTY_ZONE),
  };
}

export function startNsd(
  listen: Endpoint,
  directory: string,
  cpu: number | undefined,
): Promise<RunningServer> {
  return startServer({
    name: 'nsd',
    files: nsdFiles(listen, directory),
    directory,
    command: { program: 'nsd', arguments: ['-d', '-c', join(directory, 'nsd.conf')] },
    endpoint: listen,
    cpu,
    probe: `probe.${ANSWERING_ZONE}`,
    answersRecords: true,
  });
}
