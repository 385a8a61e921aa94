import { formatEndpoint } from '@pointsman/core/address';
import type { AccessKey } from '@pointsman/zones/api';
import { type Command, Option } from 'commander';
import { parseUrl } from '../option-values.ts';
import { Outcome } from '../outcome.ts';
import { onEndSignal } from '../signals.ts';
import { complain, count, say, sayJson } from '../terminal.ts';
import { type CertificateFiles, readCertificate, requirePair } from '../zones/certificate.ts';
import {
  collectKeys,
  collectTargets,
  collectVpcs,
  type GivenTargets,
  type GivenVpc,
  type ListenAt,
  parseListen,
} from '../zones/serve-options.ts';
import type { TransferOptions } from '../zones/transfer.ts';
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
An alias to a load balancer is answered by its --alias-target, or from a public zone here that has its name.
SIGHUP reads --tls-cert and --tls-key again, for the connections to come; what is no certificate is reported and changes nothing.
Without --db all is gone when the command ends. SIGTERM and Ctrl-C end it.
`;

const KEYS_HELP = `Keys are those of the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), and any where the service has none.`;

const AFTER_EXPORT_HELP = `
Examples:
  pointsman zones export corp.example --api http://127.0.0.1:8053 > corp.zone
  pointsman zones export corp.example --api http://127.0.0.1:8053 --format json > corp.json

A zone file has no form for aliases and routing policies: such record sets are named on stderr, and the exit code is 1.
${KEYS_HELP}
`;

const AFTER_IMPORT_HELP = `
Examples:
  pointsman zones import corp.example corp.zone --api http://127.0.0.1:8053
  aws route53 list-resource-record-sets --hosted-zone-id ID > corp.json && pointsman zones import corp.example corp.json --api http://127.0.0.1:8053

The zone has to be there; its own SOA and NS records stay. The file is sent in batches, each of which is done whole or not at all.
${KEYS_HELP}
`;

type ServeOptions = {
  dns: ListenAt;
  api: ListenAt;
  db?: string;
  vpc?: GivenVpc[];
  key?: AccessKey[];
  aliasTarget?: GivenTargets;
  tlsCert?: string;
  tlsKey?: string;
  metrics?: ListenAt;
  json?: boolean;
};

export function addZones(program: Command): void {
  const zones = program.command('zones').description('private hosted zones: DNS, and the API of Route 53');
  zones
    .command('serve')
    .description("answer DNS from hosted zones, and change them by Route 53's API")
    .requiredOption('--dns <ip:port>', 'where DNS is answered, over UDP and TCP', parseListen)
    .requiredOption('--api <ip:port>', 'where the API listens, over HTTP or HTTPS', parseListen)
    .option('--db <file>', 'keep zones in this file (default: in memory)')
    .option('--vpc <vpc-id=cidr@region>', 'a VPC; several may be given', collectVpcs)
    .option('--key <access:secret@account>', 'who may call the API; several may be given', collectKeys)
    .option(
      '--alias-target <name=address,…>',
      'an AWS resource that aliases may name; several may be given',
      collectTargets,
    )
    .option('--tls-cert <file>', 'serve the API over HTTPS, with this certificate (PEM)')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--metrics <ip:port>', 'where metrics are told, for Prometheus', parseListen)
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', AFTER_HELP)
    .action(serve);
  zones
    .command('export')
    .description('print a hosted zone as a zone file, or as JSON of Route 53')
    .argument('<zone>', 'its name or ID')
    .requiredOption('--api <url>', 'where the API listens, such as http://127.0.0.1:8053', parseUrl)
    .addOption(formatOption().default('zone-file'))
    .addHelpText('after', AFTER_EXPORT_HELP)
    .action(async (zone: string, options: TransferOptions) => {
      await (await import('../zones/transfer.ts')).exportZone(zone, options);
    });
  zones
    .command('import')
    .description('write the records of a file into a hosted zone: what is there already stays or is replaced')
    .argument('<zone>', 'its name or ID')
    .argument('<file>', 'a zone file, or JSON as `aws route53 list-resource-record-sets` prints it')
    .requiredOption('--api <url>', 'where the API listens, such as http://127.0.0.1:8053', parseUrl)
    .addOption(formatOption())
    .addHelpText('after', AFTER_IMPORT_HELP)
    .action(async (zone: string, file: string, options: TransferOptions) => {
      await (await import('../zones/transfer.ts')).importZone(zone, file, options);
    });
}

function formatOption(): Option {
  return new Option('--format <format>', 'how it is written').choices(['zone-file', 'json']);
}

async function serve(options: ServeOptions): Promise<void> {
  const { db, vpc: vpcs = [], key: keys = [], aliasTarget = new Map(), json = false } = options;
  const files = requirePair(options.tlsCert, options.tlsKey);
  const certificate = files && readCertificate(files);
  const report = (message: string) => (json ? sayJson({ event: 'error', message }) : complain(message));
  const onFailure = (error: unknown, operation: string) => report(`${operation} failed: ${messageOf(error)}`);
  const ended = Promise.withResolvers<void>();
  const { dns, api, metrics } = options;
  const running = await start(
    { dns, api, db, vpcs, keys, targets: aliasTarget, certificate, metrics, onFailure },
    json,
  );
  onEndSignal(ended.resolve);
  if (files) {
    const tell = () => (json ? sayJson({ event: 'renewed' }) : say(`${files.cert} is served from now on.`));
    renewOnHangUp(running.api, files, { tell, report });
  }
  const ready = readyOf(running, vpcs);
  if (json) sayJson({ event: 'ready', ...ready });
  else say(describe(ready, options));
  await ended.promise;
  await running.stop();
  if (json) sayJson({ event: 'stopped' });
}

function renewOnHangUp(
  api: RunningZones['api'],
  files: CertificateFiles,
  { tell, report }: { tell: () => void; report: (message: string) => void },
): void {
  process.on('SIGHUP', () => {
    try {
      api.renew(readCertificate(files));
      tell();
    } catch (error) {
      report(`the certificate stays the one before: ${messageOf(error)}`);
    }
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function readyOf({ dns, api, metrics, zones }: RunningZones, vpcs: readonly GivenVpc[]) {
  return {
    dns: formatEndpoint(dns.address, dns.port),
    api: api.endpoint,
    ...(metrics && { metrics: `http://${formatEndpoint(metrics.address, metrics.port)}/metrics` }),
    zones,
    vpcs: vpcs.map(({ id }) => id),
  };
}

function describe(
  { dns, api, metrics, zones }: ReturnType<typeof readyOf>,
  { db, vpc = [], key = [] }: ServeOptions,
): string {
  const keys =
    key.length > 0
      ? `with ${count(key.length, 'access key')}`
      : 'for everybody on this machine, whatever key they sign with (no --key)';
  return [
    `DNS at ${dns}: ${count(zones, 'hosted zone')}, ${count(vpc.length, 'VPC')}.`,
    `Route 53's API at ${api}, ${keys}.`,
    ...(metrics ? [`Metrics at ${metrics}.`] : []),
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
