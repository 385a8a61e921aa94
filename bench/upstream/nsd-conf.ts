import type { Endpoint } from '../running/question.ts';

/** What NSD reads: one server process, no limits of what it answers, its own files in `directory`, and the zone files in `zonesDirectory` by their zones' names. */
export function nsdConf(place: {
  listen: Endpoint;
  directory: string;
  zonesDirectory: string;
  zones: readonly string[];
}): string {
  const { listen, directory, zonesDirectory, zones } = place;
  return `server:
  ip-address: ${listen.address}@${listen.port}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: "${zonesDirectory}"
  zonelistfile: "${directory}/zone.list"
  xfrdir: "${directory}"
  xfrdfile: ""
  pidfile: ""
  logfile: "${directory}/nsd.log"
  minimal-responses: yes
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  tcp-count: 1000
remote-control:
  control-enable: no
${zones.map((zone) => `zone:\n  name: ${zone}\n  zonefile: ${zone}\n`).join('')}`;
}
