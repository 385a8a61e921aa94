import { Route53Client, type Route53ClientConfig } from '@aws-sdk/client-route-53';
import { parseCidr } from '@pointsman/core/address';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Vpc } from '../store/model.ts';
import { AWS_LIMITS, type Limits } from '../store/store.ts';
import type { Route53 } from './operation.ts';
import { serveRoute53 } from './serve-route53.ts';

/** The API over a store in memory, and unmodified clients of it: what the tests of the operations ask. */
export type TestService = Awaited<ReturnType<typeof startTestService>>;

export const REGION = 'eu-central-1';
/** Two accounts with a VPC each; the first has another one. */
export const OWNER = { accessKeyId: 'AKIAOWNER', secretAccessKey: 'owner', account: '111111111111' };
export const GUEST = { accessKeyId: 'AKIAGUEST', secretAccessKey: 'guest', account: '222222222222' };

const VPCS: readonly Vpc[] = [
  makeVpc('vpc-main', OWNER.account, '10.10.0.0/16'),
  makeVpc('vpc-second', OWNER.account, '10.11.0.0/16'),
  makeVpc('vpc-guest', GUEST.account, '10.20.0.0/16'),
];

function makeVpc(id: string, account: string, cidr: string): Vpc {
  const attributes = { enableDnsSupport: true, enableDnsHostnames: true };
  return { id, region: REGION, account, cidrs: [parseCidr(cidr)!], ...attributes };
}

export async function startTestService({
  limits = AWS_LIMITS,
  ...parts
}: Partial<Omit<Route53, 'store'>> & { limits?: Limits } = {}) {
  const findVpc = (id: string) => VPCS.find((vpc) => vpc.id === id);
  const store = createMemoryStore({ findVpc, limits, now: Date.now });
  const failures: unknown[] = [];
  const route53: Route53 = {
    store,
    limits,
    findVpc,
    health: { status: () => undefined, lastFailure: () => undefined },
    answerTest: () => ({ responseCode: 'NOERROR', recordData: [] }),
    ...parts,
  };
  const server = await serveRoute53(route53, {
    address: '127.0.0.1',
    port: 0,
    keys: [OWNER, GUEST],
    onFailure: (error) => failures.push(error),
  });
  const clients: Route53Client[] = [];
  const connect = (credentials: Route53ClientConfig['credentials'] & object) => {
    const client = new Route53Client({
      endpoint: server.endpoint,
      region: REGION,
      credentials,
      maxAttempts: 1,
    });
    clients.push(client);
    return client;
  };
  return {
    store,
    failures,
    endpoint: server.endpoint,
    connect,
    owner: connect(OWNER),
    guest: connect(GUEST),
    stop: async () => {
      for (const client of clients) client.destroy();
      await server.stop();
    },
  };
}

export const vpc = (id: string) => ({ VPCId: id, VPCRegion: REGION }) as const;

/** For `assert.rejects`: an error of the service with the code, the HTTP status and the message. */
export function refused(name: string, status: number, message: string | RegExp = /./) {
  return (error: unknown) => {
    const {
      name: code,
      message: text,
      $metadata: metadata,
    } = error as {
      name: string;
      message: string;
      $metadata?: { httpStatusCode?: number };
    };
    const fits = typeof message === 'string' ? text === message : message.test(text);
    if (code === name && metadata?.httpStatusCode === status && fits) return true;
    throw new Error(`refused otherwise: ${code} ${metadata?.httpStatusCode} ${text}`, { cause: error });
  };
}
