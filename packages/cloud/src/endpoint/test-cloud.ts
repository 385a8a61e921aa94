import type { AccessKey, ApiServer, FindKey, GatedCall } from '@pointsman/aws-wire';
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
  access: (key?: AccessKey) => ClientAccess;
  stop: () => Promise<void>;
};

export type ClientAccess = {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
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

type TestCloudOptions = {
  keys?: (cloud: Cloud) => FindKey;
  authorize?: (cloud: Cloud) => (call: GatedCall) => void | Promise<void>;
};

/** The clock begins at the machine's time, as clients sign with that. */
export async function startTestCloud({ keys, authorize }: TestCloudOptions = {}): Promise<TestCloud> {
  const fabric = rememberingFabric();
  const clock = manualClock(Date.now());
  const faults = { ...NO_DELAYS };
  const failures: unknown[] = [];
  const calls: GatedCall[] = [];
  const cloud = createCloud({ fabric, clock, faults, onFailure: (error) => failures.push(error) });
  const decide = authorize?.(cloud);
  const server = await startCloud(cloud, {
    address: '127.0.0.1',
    port: 0,
    keys: keys?.(cloud) ?? [OWNER, GUEST],
    authorize: async (call) => {
      calls.push(call);
      await decide?.(call);
    },
  });
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
    access: ({ accessKeyId, secretAccessKey } = OWNER) => ({
      endpoint: server.endpoint,
      region: REGION,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
    }),
    stop: server.stop,
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
