import { join } from 'node:path';
import { AWS_LIMITS, openSqliteStore } from '@pointsman/zones';
import { type Shape, shapes } from './shapes.ts';

/** Writes the zones of a shape into a new store, in a process of its own: `fill-store.ts SHAPE FOLDER`. */

export const STORE = 'zones.db';
export const VPC = { id: 'vpc-bench', region: 'eu-central-1' };
/** Of requests without keys. */
const ACCOUNT = '000000000000';
/** Records of one batch. */
const BATCH = 20_000;

const UNLIMITED = Object.fromEntries(
  Object.keys(AWS_LIMITS).map((limit) => [limit, Number.POSITIVE_INFINITY]),
) as typeof AWS_LIMITS;

async function fill(shape: Shape, folder: string): Promise<void> {
  const vpc = { ...VPC, account: ACCOUNT, cidrs: [], enableDnsSupport: true, enableDnsHostnames: true };
  const options = { findVpc: () => vpc, limits: UNLIMITED, now: Date.now };
  const store = await openSqliteStore(join(folder, STORE), options);
  for (const name of shape.zones) {
    const { value: zone } = await store.createZone({
      account: ACCOUNT,
      name,
      callerReference: name,
      vpc: VPC,
    });
    const changes = Array.from(shape.records(name), ({ owner, type, value }) => ({
      action: 'CREATE' as const,
      recordSet: { name: `${owner}.${name}`, type, ttl: 300, values: [value] },
    }));
    for (let start = 0; start < changes.length; start += BATCH)
      await store.changeRecordSets(zone.id, changes.slice(start, start + BATCH));
  }
  await store.close();
}

if (import.meta.main) {
  const [, , name, folder] = process.argv;
  await fill(shapes.find((shape) => shape.name === name)!, folder!);
}
