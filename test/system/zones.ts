import assert from 'node:assert/strict';
import type { AwsCaller, RunAws } from './aws.ts';
import { freePort } from './free-port.ts';
import { type Running, startCommand } from './running.ts';

/** `pointsman zones serve`, and who calls its API. */
export type ZoneService = { running: Running; dns: string; api: string };
export type Caller = { id: string; secret: string };

export const REGION = 'eu-central-1';
export const OWNER = { id: 'AKIAOWNER', secret: 'own:er@secret', account: '111111111111' };
export const GUEST = { id: 'AKIAGUEST', secret: 'guest', account: '222222222222' };
/** The options that give both their keys. */
export const KEYS = [OWNER, GUEST].flatMap(({ id, secret, account }) => [
  '--key',
  `${id}:${secret}@${account}`,
]);

export async function startZones(...args: string[]): Promise<ZoneService> {
  const dns = `127.0.0.1:${await freePort()}`;
  const api = `127.0.0.1:${await freePort()}`;
  const running = startCommand(['zones', 'serve', '--dns', dns, '--api', api, '--json', ...args]);
  const ready = await running.waitFor(({ event }) => event === 'ready' || event === 'error');
  assert.equal(ready.event, 'ready', JSON.stringify(ready));
  return { running, dns, api: ready.api as string };
}

/** What `aws route53` prints, read; or the code and message of its error. */
export async function route53(aws: RunAws, api: string, { id, secret }: Caller, ...args: string[]) {
  const caller: AwsCaller = { endpoint: api, region: REGION, accessKeyId: id, secretAccessKey: secret };
  const { code, stdout, stderr } = await aws(caller, 'route53', ...args);
  const [, error, message] =
    /An error occurred \((\w+)\) when calling the \w+ operation: (.*)/.exec(stderr) ?? [];
  if (code !== 0 && error === undefined) throw new Error(stderr);
  return { error, message, output: stdout.trim() === '' ? undefined : JSON.parse(stdout) };
}
