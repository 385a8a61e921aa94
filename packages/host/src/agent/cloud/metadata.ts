import { readBounded } from '../configuration/read-bounded.ts';
import { CloudError } from './cloud-error.ts';

/** What an instance is told about itself, by version 2 of the metadata service. Each may throw a `CloudError`. */
export type Metadata = {
  identity: () => Promise<Identity>;
  /** The temporary keys of the instance's role. */
  credentials: () => Promise<RoleCredentials>;
  /** Where Auto Scaling wants to have this instance: `InService`, `Terminated` …; undefined in no group. */
  targetLifecycleState: () => Promise<string | undefined>;
  /** How far this host's clock is ahead of the service's, milliseconds, as of the last answer; seconds are all it knows. */
  clockOffset: () => number | undefined;
};

export type Identity = { instanceId: string; availabilityZone: string; region: string; vpcId: string };

export type RoleCredentials = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
};

/** Milliseconds. */
const PATIENCE = 2000;
/** Of an answer: a role's keys have one or two thousand. */
const MOST_BYTES = 65_536;
const TOKEN_SECONDS = 6 * 3600;

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html */
export function openMetadata(endpoint: string, now: () => number): Metadata {
  let token: string | undefined;
  let offset: number | undefined;
  const request = async (method: string, path: string, headers: Record<string, string>) => {
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const {
        status,
        headers: told,
        body,
      } = await fetch(`${endpoint}/latest/${path}`, {
        ...{ method, headers, signal },
      });
      const date = Date.parse(told.get('date') ?? '');
      if (!Number.isNaN(date)) offset = now() - date;
      return { status, text: body ? await readBounded(body, MOST_BYTES) : '' };
    } catch (error) {
      throw unreachable(endpoint, String((error as Error).cause ?? error));
    }
  };
  const get = async (path: string): Promise<string | undefined> => {
    for (let tries = 0; ; tries++) {
      token ??= await fetchToken();
      const { status, text } = await request('GET', path, { 'x-aws-ec2-metadata-token': token });
      if (status === 200) return text;
      if (status === 404) return undefined;
      token = undefined;
      if (status !== 401 || tries > 0) throw unreachable(endpoint, `${path} answers ${status}`);
    }
  };
  const fetchToken = async () => {
    const seconds = { 'x-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_SECONDS) };
    const { status, text } = await request('PUT', 'api/token', seconds);
    if (status === 200) return text;
    throw unreachable(endpoint, `it gives no token (${status})`);
  };
  const need = async (path: string): Promise<string> => {
    const text = await get(path);
    if (text === undefined) throw unreachable(endpoint, `it has no ${path}`);
    return text;
  };
  return {
    identity: async () => {
      const mac = await need('meta-data/mac');
      return {
        instanceId: await need('meta-data/instance-id'),
        availabilityZone: await need('meta-data/placement/availability-zone'),
        region: await need('meta-data/placement/region'),
        vpcId: await need(`meta-data/network/interfaces/macs/${mac}/vpc-id`),
      };
    },
    credentials: async () => readCredentials(endpoint, need),
    targetLifecycleState: () => get('meta-data/autoscaling/target-lifecycle-state'),
    clockOffset: () => offset,
  };
}

async function readCredentials(
  endpoint: string,
  need: (path: string) => Promise<string>,
): Promise<RoleCredentials> {
  const folder = 'meta-data/iam/security-credentials';
  const role = (await need(`${folder}/`)).split('\n')[0]!;
  const text = await need(`${folder}/${role}`);
  try {
    const { AccessKeyId, SecretAccessKey, Token, Expiration } = JSON.parse(text);
    if (typeof AccessKeyId === 'string')
      return {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: Token,
        expiration: new Date(Expiration),
      };
  } catch {}
  throw unreachable(endpoint, `it has no keys for the role ${role}; give the instance an instance profile`);
}

function unreachable(endpoint: string, reason: string): CloudError {
  return new CloudError('unreachable', `the metadata service at ${endpoint}: ${reason}`);
}
