import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CloudClients } from '../cloud/clients.ts';
import { fetchObject } from './fetch-object.ts';
import { fetchParameter } from './fetch-parameter.ts';
import { fetchUrl } from './fetch-url.ts';

/** Where the configuration of a forwarder comes from. */
export type Source = {
  /** As the agent's configuration names it, with the member filled in. */
  name: string;
  /** How often it is looked at, milliseconds. */
  interval: number;
  /**
   * What is there now; undefined where that is what `tag` stands for.
   * @throws Error with a sentence: it is away, or is not there
   */
  fetch: (tag: string | undefined) => Promise<Fetched | undefined>;
};

/** `tag`: what the source calls this version, where it does: an ETag, a version number. */
export type Fetched = { text: string; tag: string | undefined };

/** A configuration of a million rules has about 100 MB. */
export const MOST_BYTES = 256 * 2 ** 20;

/** Milliseconds: a file costs nothing to look at, the others cost a request. */
const FILE_INTERVAL = 2000;
const REMOTE_INTERVAL = 15_000;

/** `text`: as `AgentConfig.configuration`. */
export function openSource(text: string, member: string, clients: Pick<CloudClients, 'ssm' | 's3'>): Source {
  const name = text.replaceAll('{member}', member);
  const [, scheme, rest] = /^(file|https?|ssm|s3):(.*)$/s.exec(name) as unknown as [string, string, string];
  switch (scheme) {
    case 'file':
      return { name, interval: FILE_INTERVAL, fetch: () => fetchFile(fileURLToPath(name)) };
    case 'ssm':
      return { name, interval: REMOTE_INTERVAL, fetch: (tag) => fetchParameter(clients.ssm, rest, tag) };
    case 's3': {
      const [, bucket, key] = /^\/\/([^/]+)\/(.+)$/s.exec(rest) as unknown as [string, string, string];
      return {
        name,
        interval: REMOTE_INTERVAL,
        fetch: (tag) => fetchObject(clients.s3, { bucket, key }, tag),
      };
    }
    default:
      return { name, interval: REMOTE_INTERVAL, fetch: (tag) => fetchUrl(name, tag) };
  }
}

async function fetchFile(path: string): Promise<Fetched> {
  try {
    return { text: await readFile(path, 'utf8'), tag: undefined };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(code === 'ENOENT' ? `there is no file ${path}` : message);
  }
}
