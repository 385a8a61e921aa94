import { formatEndpoint } from '@pointsman/core/address';
import type { AccessKey } from '@pointsman/zones/api';
import type { Command } from 'commander';
import { Outcome } from '../outcome.ts';
import { onEndSignal } from '../signals.ts';
import { count, say, sayJson } from '../terminal.ts';
import {
  collectKeys,
  collectVpcs,
  type GivenVpc,
  type ListenAt,
  parseListen,
} from '../zones/serve-options.ts';
import type { RunningZones, ZoneServiceOptions } from '../zones/zone-service.ts';

const AFTER_HELP = `
Example:
  pointsman zones serve --dns 127.0.0.1:5353 --api 127.0.0.1:8053 --db zones.db --vpc vpc-0a1=127.0.0.0/8@eu-central-1

  export AWS_ENDPOINT_URL_ROUTE_53=http://127.0.0.1:8053 AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_REGION=eu-central-1
  aws route53 create-hosted-zone --name corp.example --caller-reference 1 --vpc VPCId=vpc-0a1,VPCRegion=eu-central-1
  aws route53 change-resource-record-sets --hosted-zone-id ID --change-batch file://changes.json
  dig @127.0.0.1 -p 5353 db.corp.example

A client is in the VPC that has its source address; clients in none get public zones only. A VPC may have several --vpc with a CIDR each, and
belongs to the account of the first key, or to the one that is named: --vpc vpc-0a1=10.20.0.0/16@eu-central-1@111122223333.

Without --key everybody on this machine may change everything, and the API listens on loopback only. With keys, requests are signed as for AWS.
Without --db all is gone when the command ends. SIGTERM and Ctrl-C end it.
`;

type ServeOptions = {
  dns: ListenAt;
  api: ListenAt;
  db?: string;
  vpc?: GivenVpc[];
  key?: AccessKey[];
  json?: boolean;
};

export function addZones(program: Command): void {
  const zones = program.command('zones').description('private hosted zones: DNS, and the API of Route 53');
  zones
    .command('serve')
    .description("answer DNS from hosted zones, and change them by Route 53's API")
    .requiredOption('--dns <ip:port>', 'where DNS is answered, over UDP and TCP', parseListen)
    .requiredOption('--api <ip:port>', 'where the API listens, over HTTP', parseListen)
    .option('--db <file>', 'keep zones in this file (default: in memory)')
    .option('--vpc <vpc-id=cidr@region>', 'a VPC; several may be given', collectVpcs)
    .option('--key <access:secret@account>', 'who may call the API; several may be given', collectKeys)
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', AFTER_HELP)
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const { db, vpc: vpcs = [], key: keys = [], json = false } = options;
  const onFailure = (error: unknown, operation: string) => {
    const message = `${operation} failed: ${error instanceof Error ? error.message : error}`;
    if (json) sayJson({ event: 'error', message });
    else process.stderr.write(`pointsman: ${message}\n`);
  };
  const ended = Promise.withResolvers<void>();
  const running = await start({ dns: options.dns, api: options.api, db, vpcs, keys, onFailure }, json);
  onEndSignal(ended.resolve);
  const dns = formatEndpoint(running.dns.address, running.dns.port);
  const ready = { dns, api: running.api.endpoint, zones: running.zones, vpcs: vpcs.map(({ id }) => id) };
  if (json) sayJson({ event: 'ready', ...ready });
  else say(describe(ready, options));
  await ended.promise;
  await running.stop();
  if (json) sayJson({ event: 'stopped' });
}

function describe(
  { dns, api, zones }: { dns: string; api: string; zones: number },
  { db, vpc = [], key = [] }: ServeOptions,
): string {
  const keys =
    key.length > 0
      ? `with ${count(key.length, 'access key')}`
      : 'for everybody on this machine, whatever key they sign with (no --key)';
  return [
    `DNS at ${dns}: ${count(zones, 'hosted zone')}, ${count(vpc.length, 'VPC')}.`,
    `Route 53's API at ${api}, ${keys}.`,
    db === undefined ? 'Zones are in memory, and gone when this ends (no --db).' : `Zones are kept in ${db}.`,
  ].join('\n');
}

/** The service is loaded here: the schemas of the AWS SDK take their time, and no other command needs them. */
async function start(options: ZoneServiceOptions, json: boolean): Promise<RunningZones> {
  const { startZones } = await import('../zones/zone-service.ts');
  try {
    return await startZones(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (!json) throw new Outcome(2, message);
    sayJson({ event: 'error', code, message });
    throw new Outcome(2);
  }
}
