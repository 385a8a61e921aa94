import type { AccessKey, ApiServer, GatedCall } from '@pointsman/aws-wire';
import { type ManualClock, manualClock } from '../clock/clock.ts';
import { type RememberingFabric, rememberingFabric } from '../fabric/remembering-fabric.ts';
import { type CloudFaults, NO_DELAYS } from '../state/faults.ts';
import { type Cloud, createCloud } from './create-cloud.ts';
import { startCloud } from './start-cloud.ts';

/** A cloud without networks on a clock that stands, behind an endpoint that clients of AWS ask: what the tests of the services are played in. */
export type TestCloud = {
  cloud: Cloud;
  fabric: RememberingFabric;
  clock: ManualClock;
  faults: CloudFaults;
  server: ApiServer;
  /** By service, the operations that clients have called. */
  called: (service: string) => string[];
  /** What no client was to blame for. */
  failures: unknown[];
  /** What a client of the SDK is made with, for a key. */
  access: (key?: ClientKey) => ClientAccess;
  /** Until nothing is under way but what waits for the clock. */
  settled: () => Promise<void>;
  /** Lets time go by, and what falls due be done. */
  pass: (seconds: number) => Promise<void>;
  stop: () => Promise<void>;
};

export type ClientKey = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
export type ClientAccess = {
  endpoint: string;
  region: string;
  credentials: ClientKey;
  maxAttempts: number;
};

export const REGION = 'eu-west-1';
export const OWNER: AccessKey = {
  accessKeyId: 'AKIAOWNER',
  secretAccessKey: 'owner',
  account: '111111111111',
};
export const GUEST: AccessKey = {
  accessKeyId: 'AKIAGUEST',
  secretAccessKey: 'guest',
  account: '222222222222',
};

export async function startTestCloud(): Promise<TestCloud> {
  const fabric = rememberingFabric();
  const clock = manualClock(Date.now());
  const faults = { ...NO_DELAYS };
  const failures: unknown[] = [];
  const calls: GatedCall[] = [];
  const cloud = createCloud({ fabric, clock, faults, onFailure: (error) => failures.push(error) });
  const gate = async (call: GatedCall) => {
    calls.push(call);
    await cloud.gate(call);
  };
  // Clients sign with the machine's time, however far the cloud's own has been moved.
  const core = { ...cloud.core, clock: { ...clock, now: Date.now } };
  const server = await startCloud(
    { ...cloud, core, gate },
    { address: '127.0.0.1', port: 0, keys: [OWNER, GUEST] },
  );
  return {
    cloud,
    fabric,
    clock,
    faults,
    server,
    failures,
    called: (service) => [
      ...new Set(calls.filter((call) => call.service === service).map(({ operation }) => operation)),
    ],
    access: ({ accessKeyId, secretAccessKey, sessionToken } = OWNER) => ({
      endpoint: server.endpoint,
      region: REGION,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
      maxAttempts: 1,
    }),
    stop: async () => {
      await cloud.core.background.stop();
      await server.stop();
    },
    settled: cloud.core.background.settled,
    pass: async (seconds) => {
      for (let second = 0; second < seconds; second++) {
        clock.advance(1000);
        await cloud.core.background.settled();
      }
    },
  };
}

/** For `assert.rejects`: an error of a service with the code, the HTTP status and the message. */
export function refused(name: string, status: number, message: string | RegExp = /./) {
  return (error: unknown) => {
    const {
      name: code,
      message: text,
      $metadata: metadata,
    } = error as { name: string; message: string; $metadata?: { httpStatusCode?: number } };
    const fits = typeof message === 'string' ? text === message : message.test(text);
    if (code === name && metadata?.httpStatusCode === status && fits) return true;
    throw new Error(`refused otherwise: ${code} ${metadata?.httpStatusCode} ${text}`, { cause: error });
  };
}
