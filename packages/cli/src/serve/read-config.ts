import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { type ForwarderConfig, parseForwarderConfig } from '@pointsman/core/config';
import { shellWord } from '../terminal.ts';

export type ReadConfig = { ok: true; config: ForwarderConfig } | { ok: false; mistakes: string[] };

/** The configuration in a file, or all that is wrong with it. */
export function readConfig(file: string): ReadConfig {
  if (TOPOLOGY_EXTENSIONS.has(extname(file).toLowerCase()) && existsSync(file)) return topology(file);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, mistakes: [`${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`] };
  }
  if (typeof value === 'object' && value !== null && 'networks' in value) return topology(file);
  const result = parseForwarderConfig(value);
  if (result.ok) return result;
  return {
    ok: false,
    mistakes: result.problems.map(
      ({ path, message }) => `${file}: ${path === '' ? '' : `${path}: `}${message}`,
    ),
  };
}

/** What a topology may be written in, and a configuration is not. */
const TOPOLOGY_EXTENSIONS = new Set(['.yaml', '.yml', '.ts', '.mts']);

function topology(file: string): ReadConfig {
  const command = `pointsman check ${shellWord(file)} --json | jq '.plan.forwarders[0].config'`;
  const mistake = `${file} is a topology; serve reads the configuration of one member: ${command} (docs/production.md)`;
  return { ok: false, mistakes: [mistake] };
}
