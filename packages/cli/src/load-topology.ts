import { readFileSync, statSync } from 'node:fs';
import { type ResolveHookSync, registerHooks } from 'node:module';
import { dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  formatProblem,
  type ParseResult,
  parseTopology,
  type ReadFile,
  type Topology,
  type TopologyProblem,
  topologyFromValue,
} from '@pointsman/core/topology';
import { Outcome } from './outcome.ts';
import { count, sayJson } from './terminal.ts';

/** The topology in a file, or all that is wrong with it: YAML, JSON, or a TypeScript module with a default export. */
export async function readTopology(path: string): Promise<ParseResult> {
  const readFile = fileReader(path);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return unreadable(path, { code: 'EISDIR' });
  const extension = extname(path).toLowerCase();
  if (extension === '.ts' || extension === '.mts') return readModule(path, readFile);
  const format =
    extension === '.json' ? 'json' : extension === '.yaml' || extension === '.yml' ? 'yaml' : undefined;
  if (format === undefined) {
    return failure(path, 'bad-extension', 'is not named as a topology', 'name it .yaml, .yml, .json or .ts');
  }
  const text = readIfThere(path);
  if (typeof text !== 'string') return unreadable(path, text);
  return parseTopology({ path, text, format }, readFile);
}

/** As `readTopology`; ends the command, with every problem told, where the file is wrong. */
export async function loadTopology(path: string, options: { json?: boolean }): Promise<Topology> {
  const result = await readTopology(path);
  if (result.ok) return result.topology;
  const { problems, unread } = result;
  if (options.json) {
    sayJson({ event: 'error', code: 'bad-topology', problems, unread });
    throw new Outcome(2);
  }
  const lines = [...problems.map(formatProblem), ...unreadNote(unread)];
  // A file that cannot be read at all is no list of mistakes.
  const [only] = problems;
  if (only?.path === '' && NOT_READ.has(only.code)) throw new Outcome(2, lines.join('\n'));
  throw new Outcome(2, [`${count(problems.length, 'mistake')} in ${path}`, ...lines].join('\n'));
}

const NOT_READ = new Set([
  'bad-extension',
  'missing-file',
  'unreadable-file',
  'bad-module',
  'no-default-export',
]);
/** So many parts are named that could not be read whole. */
const MOST_UNREAD = 3;

/** Every mistake that can be seen is told; where one of them hides a part of the file, that is said too. */
function unreadNote(unread: readonly string[]): string[] {
  if (unread.length === 0) return [];
  const named = unread.slice(0, MOST_UNREAD).join(', ');
  const rest = unread.length - MOST_UNREAD;
  const what = rest > 0 ? `${named} and ${count(rest, 'other part')}` : named;
  const [were, them] = unread.length === 1 ? ['was', 'it'] : ['were', 'them'];
  return [`… ${what} ${were} not read whole; there may be more mistakes behind ${them}`];
}

async function readModule(path: string, readFile: ReadFile): Promise<ParseResult> {
  const text = readIfThere(path);
  if (typeof text !== 'string') return unreadable(path, text);
  const hooks = registerHooks({ resolve: ourPackagesFromHere });
  try {
    const module: { default?: unknown } = await import(pathToFileURL(resolve(path)).href);
    if (module.default !== undefined) return topologyFromValue(module.default, path, readFile);
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    return failure(path, 'bad-module', `cannot be loaded: ${message}`, 'correct the module');
  } finally {
    hooks.deregister();
  }
  return failure(
    path,
    'no-default-export',
    'has no default export',
    'write export default defineTopology({ … })',
  );
}

/** A topology may import `defineTopology` wherever it lies: our packages are found from here. */
const ourPackagesFromHere: ResolveHookSync = (specifier, context, next) =>
  next(specifier, specifier.startsWith('@pointsman/') ? { ...context, parentURL: import.meta.url } : context);

/** Reads the files that a topology names beside itself. */
function fileReader(path: string): ReadFile {
  const folder = dirname(path);
  return (relative) => {
    const text = readIfThere(resolve(folder, relative));
    if (typeof text === 'string') return text;
    return text.code === 'ENOENT' ? undefined : { why: whyUnreadable(text.code) };
  };
}

/** The text of a file, or the code of the error that reading it gave. */
function readIfThere(path: string): string | { code: string } {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? 'EIO' };
  }
}

function unreadable(path: string, { code }: { code: string }): ParseResult {
  if (code === 'ENOENT') {
    return failure(
      path,
      'missing-file',
      'there is no such file',
      '`pointsman init` writes a topology to start from',
    );
  }
  return failure(path, 'unreadable-file', whyUnreadable(code), 'name a topology file');
}

function whyUnreadable(code: string): string {
  if (code === 'EISDIR') return 'is a folder';
  return code === 'EACCES' ? 'may not be read' : `cannot be read (${code})`;
}

function failure(file: string, code: string, message: string, remedy: string): ParseResult {
  const problem: TopologyProblem = { code, file, path: '', message, remedy };
  return { ok: false, problems: [problem], unread: [] };
}
