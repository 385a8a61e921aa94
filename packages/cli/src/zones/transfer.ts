import { extname } from 'node:path';
import {
  connectZones,
  type ResourceRecordSet,
  readZoneFile,
  writeZoneFile,
  type ZoneClient,
} from '@pointsman/zones/transfer';
import { Outcome } from '../outcome.ts';
import { readText } from '../read-text.ts';
import { complain, count, say } from '../terminal.ts';

export type TransferOptions = { api: string; format?: 'zone-file' | 'json' };

/** Prints a zone. Exit code 1 where the format has no form for a part of it. */
export async function exportZone(zone: string, options: TransferOptions): Promise<void> {
  await withZone(zone, options.api, async (client, { id, name }) => {
    const sets = await client.recordSets(id);
    if (options.format === 'json') return say(JSON.stringify({ ResourceRecordSets: sets }, undefined, 2));
    const { text, left } = writeZoneFile(name, sets);
    process.stdout.write(text);
    if (left.length === 0) return;
    for (const { Name, Type, SetIdentifier } of left) {
      complain(
        `left out: ${Name} ${Type}${SetIdentifier === undefined ? ' (an alias)' : ` (${SetIdentifier})`}`,
      );
    }
    throw new Outcome(
      1,
      `a zone file has no form for ${count(left.length, 'record set')}; --format json has`,
    );
  });
}

/** Writes what a file has into a zone that is there. */
export async function importZone(zone: string, file: string, options: TransferOptions): Promise<void> {
  const text = readText(file);
  const format = options.format ?? (extname(file) === '.json' ? 'json' : 'zone-file');
  await withZone(zone, options.api, async (client, { id, name }) => {
    const sets = format === 'json' ? readJson(file, text) : readZone(file, name, text);
    say(`${count(await client.upsert(id, sets), 'record set')} of ${file} in ${name}`);
  });
}

function readZone(file: string, name: string, text: string): ResourceRecordSet[] {
  const read = readZoneFile(name, text);
  if (read.ok) return read.sets;
  throw new Outcome(2, read.mistakes.map((mistake) => `${file}: ${mistake}`).join('\n'));
}

/** What `aws route53 list-resource-record-sets` and our export print. */
function readJson(file: string, text: string): ResourceRecordSet[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Outcome(2, `${file}: is not JSON: ${(error as Error).message}`);
  }
  const sets = (value as { ResourceRecordSets?: unknown } | null)?.ResourceRecordSets;
  if (Array.isArray(sets) && sets.every((set) => typeof set?.Name === 'string')) return sets;
  throw new Outcome(2, `${file} is not what \`aws route53 list-resource-record-sets\` prints`);
}

type Zone = Awaited<ReturnType<ZoneClient['findZones']>>[number];

/** Keys are those of the environment, as for the AWS CLI. A service without keys takes any. */
async function withZone(
  nameOrId: string,
  endpoint: string,
  act: (client: ZoneClient, zone: Zone) => Promise<void>,
): Promise<void> {
  const { AWS_ACCESS_KEY_ID = 'any', AWS_SECRET_ACCESS_KEY = 'any', AWS_REGION = 'us-east-1' } = process.env;
  const client = connectZones({
    endpoint,
    region: AWS_REGION,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
  });
  try {
    const zones = await client.findZones(nameOrId);
    const [zone] = zones;
    if (!zone) throw new Outcome(2, `there is no hosted zone ${nameOrId} at ${endpoint}`);
    if (zones.length > 1) {
      const ids = zones.map(({ id, private: isPrivate }) => `${id} (${isPrivate ? 'private' : 'public'})`);
      throw new Outcome(
        2,
        `${nameOrId} is the name of ${zones.length} hosted zones; take an ID: ${ids.join(', ')}`,
      );
    }
    await act(client, zone);
  } catch (error) {
    if (error instanceof Outcome) throw error;
    const { name, message } = error as Error;
    throw new Outcome(2, `${endpoint}: ${name === 'Error' ? '' : `${name}: `}${message}`);
  } finally {
    client.close();
  }
}
