import type { IncomingHttpHeaders } from 'node:http';
import { type Category, describeMachine, type Metadata } from './documents.ts';
import type { Machine, MachineInterface } from './machine.ts';
import type { SessionTokens } from './session-tokens.ts';

export type MetadataRequest = { method: string; path: string; headers: IncomingHttpHeaders };
export type MetadataResponse = {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array;
};

export type MetadataOptions = {
  tokens: SessionTokens;
  /** Milliseconds since 1970. */
  now: number;
  /** Milliseconds from the attachment of an interface until its device number is told: before, it reads 0, as it may on EC2. */
  deviceNumberLag: number;
};

const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
const LONGEST_TTL = 21_600;

/**
 * The instance metadata service, version 2 only:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
export function answerMetadata(
  { method, path, headers }: MetadataRequest,
  machine: Machine,
  options: MetadataOptions,
): MetadataResponse {
  if (method === 'PUT')
    return path === '/latest/api/token' ? issueToken(headers, machine, options) : fail(404);
  if (method !== 'GET' && method !== 'HEAD') return fail(405);
  const token = headers['x-aws-ec2-metadata-token'];
  if (typeof token !== 'string' || !options.tokens.isGood(token, machine.instanceId, options.now)) {
    return fail(401);
  }
  const found = findMetadata(path, describeMachine(machine, readDeviceNumber(options)));
  if (found === undefined) return fail(404);
  const binary = found instanceof Uint8Array;
  return {
    status: 200,
    headers: { 'content-type': binary ? 'application/octet-stream' : 'text/plain' },
    body: found,
  };
}

/** A token for a request that came over a proxy could leave the machine. */
function issueToken(
  headers: IncomingHttpHeaders,
  { instanceId }: Machine,
  { tokens, now }: MetadataOptions,
): MetadataResponse {
  if (headers['x-forwarded-for'] !== undefined) return fail(403);
  const text = String(headers[TTL_HEADER] ?? '');
  const seconds = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || seconds < 1 || seconds > LONGEST_TTL) return fail(400);
  return {
    status: 200,
    headers: { 'content-type': 'text/plain', [TTL_HEADER]: text },
    body: tokens.issue(instanceId, now + seconds * 1000),
  };
}

function readDeviceNumber({ now, deviceNumberLag }: MetadataOptions) {
  return ({ deviceNumber, attachedAt }: MachineInterface) =>
    now - attachedAt < deviceNumberLag ? 0 : deviceNumber;
}

/** What stands at a path; for a category, its listing, in which further categories end in a slash. */
function findMetadata(path: string, latest: Category): string | Uint8Array | undefined {
  const names = path.split('/').filter((name) => name !== '');
  let found: Metadata | undefined = { latest };
  for (const name of names) {
    if (!isCategory(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  if (typeof found === 'function') return found();
  return isCategory(found) ? listCategory(found) : found;
}

function listCategory(category: Category): string {
  const present = Object.entries(category).filter(([, value]) => value !== undefined);
  return present.map(([name, value]) => (isCategory(value) ? `${name}/` : name)).join('\n');
}

function isCategory(value: Metadata | undefined): value is Category {
  return typeof value === 'object' && !(value instanceof Uint8Array);
}

const REASONS = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
};

function fail(status: keyof typeof REASONS): MetadataResponse {
  return { status, headers: { 'content-type': 'text/plain' }, body: `${status} - ${REASONS[status]}\n` };
}
