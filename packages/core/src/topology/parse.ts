import { withoutEchoes } from '../schema/issues.ts';
import { formatPath, type Path } from '../schema/path.ts';
import { makeAddressBook } from './address-book.ts';
import { buildAllowances } from './allowances.ts';
import { buildAuthorities } from './authorities.ts';
import { readDocument } from './document.ts';
import { buildForwarders } from './forwarders.ts';
import { buildLinks } from './links.ts';
import type { BuildContext } from './names.ts';
import { buildNetworks } from './networks.ts';
import type { Finding, TopologyProblem } from './problem.ts';
import { makeRecordReader, type ReadFile } from './records.ts';
import { declaredIn, salvage } from './salvage.ts';
import { topologySchema } from './schema.ts';
import { readPastSlips } from './slips.ts';
import { checkTiers } from './tier-checks.ts';
import type { Position, Topology } from './topology.ts';
import { buildZones } from './zones.ts';

export type ParseResult =
  | { ok: true; topology: Topology }
  | {
      ok: false;
      problems: TopologyProblem[];
      /** Parts of the topology's file, and zone files, that a mistake kept from being read whole: more mistakes may be behind it. */
      unread: string[];
    };

/**
 * A topology's text → the topology, or every mistake in it and in the zone files it names. Never throws, unless
 * `readFile` does.
 */
export function parseTopology(
  source: { path: string; text: string; format: 'yaml' | 'json' },
  readFile: ReadFile,
): ParseResult {
  const { document, mistakes } = readDocument(source.text, source.format);
  const problems: TopologyProblem[] = mistakes.map(({ code, position, path, message, remedy }) => ({
    code,
    file: source.path,
    ...position,
    path: formatPath(path),
    message,
    remedy,
  }));
  if (!document) return { ok: false, problems, unread: [source.path] };
  return build({ value: document.value, path: source.path, locate: document.locate, problems, readFile });
}

/** As `parseTopology`, for a value that a program made: what a TypeScript file exports. */
export function topologyFromValue(value: unknown, path: string, readFile: ReadFile): ParseResult {
  return build({ value, path, locate: () => undefined, problems: [], readFile });
}

type Source = {
  value: unknown;
  path: string;
  locate: (path: Path, at?: 'key' | 'value') => Position | undefined;
  problems: TopologyProblem[];
  readFile: ReadFile;
};

function build({ value: written, path: file, locate, problems, readFile }: Source): ParseResult {
  const reportWritten = (finding: Finding) =>
    problems.push(placed(finding, file, locate(finding.path, finding.at)));
  if (written === null || written === undefined) {
    reportWritten({ code: 'empty', path: [], message: 'is empty', remedy: 'begin with name: and networks:' });
    return { ok: false, problems, unread: [] };
  }
  const { value, asWritten, source, isLeftOut, unread } = readSource(written, reportWritten);
  const report = (finding: Finding) => reportWritten({ ...finding, path: asWritten(finding.path) });
  const context: BuildContext = {
    source,
    isLeftOut,
    report,
    names: {
      network: declaredIn(value, 'networks'),
      authority: declaredIn(value, 'authorities'),
      'forwarder tier': declaredIn(value, 'forwarders'),
    },
  };
  const readRecords = makeRecordReader(readFile, report, (zoneFile, position, finding) => {
    const path = besideFile(file, zoneFile);
    if (finding.code === 'zone-file' && !unread.includes(path)) unread.push(path);
    problems.push(placed(finding, path, position));
  });
  const book = makeAddressBook(context);
  const topology: Topology = Object.freeze({
    name: source.name,
    file,
    networks: buildNetworks(context),
    links: buildLinks(context),
    authorities: buildAuthorities(context, book),
    zones: buildZones(context, readRecords),
    forwarders: buildForwarders(context, book),
    allow: buildAllowances(context),
    locate: (path: Path) => locate(path),
  });
  if (problems.length === 0) checkTiers(topology, report);
  return problems.length === 0
    ? { ok: true, topology }
    : { ok: false, problems: inFileOrder(problems, file), unread };
}

/** The schema's pass: its issues are reported, and what it has nothing against is returned. */
function readSource(written: unknown, report: (finding: Finding) => void) {
  const result = topologySchema.safeParse(written);
  if (result.success) {
    const asWritten = (path: Path) => path;
    return { value: written, asWritten, source: result.data, isLeftOut: () => false, unread: [] as string[] };
  }
  const { value, slips, issues, asWritten } = readPastSlips(written);
  for (const slip of slips) report(slip);
  for (const issue of withoutEchoes(issues)) report({ ...issue, path: asWritten(issue.path) });
  const { source, isLeftOut, unread } = salvage(value, issues);
  return { value, asWritten, source, isLeftOut, unread: unread.map((path) => formatPath(asWritten(path))) };
}

function placed(finding: Finding, file: string, position: Position | undefined): TopologyProblem {
  const { code, path, value, message, remedy } = finding;
  return {
    code,
    file,
    ...position,
    path: formatPath(path),
    ...(value === undefined ? {} : { value }),
    message,
    remedy,
  };
}

/** The path of a file that a topology names relative to itself. */
function besideFile(file: string, relative: string): string {
  if (/^([/\\]|[A-Za-z]:[/\\])/.test(relative)) return relative;
  const folder = /^.*[/\\]/s.exec(file)?.[0] ?? '';
  return folder + relative.replace(/^(\.[/\\])+/, '');
}

/** The topology's own problems first, each file's from top to bottom. */
function inFileOrder(problems: TopologyProblem[], file: string): TopologyProblem[] {
  const rank = (problem: TopologyProblem) => (problem.file === file ? '' : problem.file);
  return problems.sort(
    (a, b) =>
      (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}
