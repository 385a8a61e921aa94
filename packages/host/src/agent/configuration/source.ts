import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CloudClients } from '../cloud/clients.ts';
import { fetchObject } from './fetch-object.ts';
import { fetchParameter } from './fetch-parameter.ts';
import { fetchUrl } from './fetch-url.ts';
import { readBounded } from './read-bounded.ts';

/** Where the configuration of a forwarder comes from. */
export type Source = {
  /** As the agent's configuration names it, with the member filled in. */
  name: string;
  /** How often it is looked at, milliseconds. */
  interval: number;
  /**
   * What is there now; undefined where that is what `tag` stands for. The signal ends it.
   * @throws Error with a sentence: it is away, or is not there
   */
  fetch: (tag: string | undefined, signal: AbortSignal) => Promise<Fetched | undefined>;
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
      return { name, interval: FILE_INTERVAL, fetch: (_, signal) => fetchFile(fileURLToPath(name), signal) };
    case 'ssm':
      return {
        name,
        interval: REMOTE_INTERVAL,
        fetch: (tag, signal) => fetchParameter(clients.ssm, rest, tag, signal),
      };
    case 's3': {
      const [, bucket, key] = /^\/\/([^/]+)\/(.+)$/s.exec(rest) as unknown as [string, string, string];
      return {
        name,
        interval: REMOTE_INTERVAL,
        fetch: (tag, signal) => fetchObject(clients.s3, { bucket, key }, tag, signal),
      };
    }
    default:
      return { name, interval: REMOTE_INTERVAL, fetch: (tag, signal) => fetchUrl(name, tag, signal) };
  }
}

async function fetchFile(path: string, signal: AbortSignal): Promise<Fetched> {
  try {
    return { text: await readBounded(createReadStream(path, { signal }), MOST_BYTES), tag: undefined };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(code === 'ENOENT' ? `there is no file ${path}` : `${path}: ${message}`);
  }
}
