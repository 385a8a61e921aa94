import { createHash } from 'node:crypto';
import { parseEndpoint } from '@pointsman/core/address';
import { type ForwarderConfig, parseForwarderConfig } from '@pointsman/core/config';

/** A configuration that was found good, and what to call this version of it. */
export type Configuration = { revision: string; text: string; config: ForwarderConfig };

export type Checked =
  | { ok: true; configuration: Configuration }
  | { ok: false; revision: string; mistakes: string[] };

/**
 * Checks a configuration whole, before any of it counts. `addresses`: those of the member; undefined where they are not known yet. One
 * that listens elsewhere is somebody else's.
 */
export function checkConfiguration(text: string, addresses: readonly string[] | undefined): Checked {
  const revision = createHash('sha256').update(text).digest('hex').slice(0, 12);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, revision, mistakes: [`it is no JSON: ${(error as Error).message}`] };
  }
  const result = parseForwarderConfig(value);
  if (!result.ok) {
    const mistakes = result.problems.map(({ path, message }) =>
      path === '' ? message : `${path}: ${message}`,
    );
    return { ok: false, revision, mistakes };
  }
  const strange = result.config.listen.filter(
    (each) => addresses !== undefined && !addresses.includes(parseEndpoint(each)!.address),
  );
  if (strange.length > 0) {
    const mistake = `listen: ${strange.join(', ')} is not an address of this member's interface (${addresses!.join(', ')}); give the member its own configuration`;
    return { ok: false, revision, mistakes: [mistake] };
  }
  return { ok: true, configuration: { revision, text, config: result.config } };
}
