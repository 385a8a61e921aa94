import { writeSync } from 'node:fs';
import { openSqliteStore } from './sqlite-store.ts';
import { AWS_LIMITS } from './store.ts';

/** Writes to the store in argv[2] until it is killed, and says on standard output what was acknowledged: zone ID and number, a line a batch. */
const vpc = {
  id: 'vpc-a',
  region: 'eu-west-1',
  account: '1',
  cidrs: [],
  enableDnsSupport: true,
  enableDnsHostnames: true,
};
/** At once: an acknowledgement that is still in this process when it is killed would be none. */
function say(line: string): void {
  for (let left = Buffer.from(line); left.length > 0; ) {
    try {
      left = left.subarray(writeSync(1, left));
    } catch (error) {
      // The pipe is full: who reads it is busy.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

const store = await openSqliteStore(process.argv[2]!, {
  findVpc: () => vpc,
  limits: { ...AWS_LIMITS, recordSetsPerZone: 1e9 },
  now: Date.now,
});
const zone =
  store.zones()[0] ??
  (await store.createZone({ account: '1', name: 'z.example', callerReference: 'z', vpc })).value;
const found = store.recordSetCount(zone.id) - 2;
say(`found ${zone.id} ${found / 2}\n`);
for (let batch = found / 2; ; batch++) {
  const changes = ['a', 'b'].map((half) => ({
    action: 'CREATE' as const,
    recordSet: { name: `${half}${batch}.z.example`, type: 'A', ttl: 60, values: ['10.0.0.1'] },
  }));
  await store.changeRecordSets(zone.id, changes);
  say(`kept ${batch}\n`);
}
