import { parseZoneFile, type RecordSet } from '../dns/index.ts';
import { isAtOrBelow, type Name, parentOf } from '../dns/name.ts';
import { type Path, showName, showValue } from '../schema/path.ts';
import { readInlineRecords } from './inline-records.ts';
import type { Finding, Report } from './problem.ts';
import { recordPositions } from './record-positions.ts';
import { findRecordMistakes } from './record-rules.ts';
import type { InlineRecords, ZoneSource } from './schema.ts';
import type { Position } from './topology.ts';

/** The TTL of records that state none, in seconds: what the Route 53 console proposes. */
export const DEFAULT_TTL = 300;

/** The records of one entry under `zones`, as far as it stands for `names`; names in them are relative to `origin`. */
export type RecordSource = {
  kind: ZoneSource['kind'];
  records: string | InlineRecords | undefined;
  names: readonly Name[];
  origin: Name;
  path: Path;
};

/** Reads a zone file, by its path relative to the topology's file; undefined where there is none, and `why` where it cannot be read (`is a folder`). */
export type ReadFile = (path: string) => string | { why: string } | undefined;

/** Reads the records and gives them out to the zones they are in. What is wrong with them is reported. */
export type RecordReader = (source: RecordSource) => Map<Name, RecordSet[]>;

/** A report about a zone file: its place is in that file. */
export type ReportInFile = (file: string, position: Position | undefined, finding: Finding) => void;

export function makeRecordReader(
  readFile: ReadFile,
  report: Report,
  reportInFile: ReportInFile,
): RecordReader {
  return (source) => {
    const path = [...source.path, 'records'];
    if (source.records === undefined) return new Map();
    if (typeof source.records !== 'string') {
      const { records, pathOf } = readInlineRecords(source.records, source.origin, path, report);
      return distribute(source, records, (finding, set) => report({ ...finding, path: pathOf(set) }));
    }
    const file = source.records;
    const text = readFile(file);
    if (typeof text !== 'string') {
      report({
        code: text ? 'unreadable-file' : 'missing-file',
        path,
        value: file,
        message: text
          ? `the zone file ${showValue(file)} ${text.why}`
          : `there is no zone file ${showValue(file)}`,
        remedy: 'write its path relative to the topology’s file, or create it',
      });
      return new Map();
    }
    const zoneFile = parseZoneFile(text, { origin: source.origin, defaultTtl: DEFAULT_TTL });
    if (zoneFile.ok) {
      let positions: ReadonlyMap<string, Position> | undefined;
      return distribute(source, zoneFile.records, (finding, set) => {
        positions ??= recordPositions(text, source.origin);
        reportInFile(file, positions.get(`${set.name} ${set.type}`), { ...finding, path });
      });
    }
    for (const { line, column, message } of zoneFile.problems) {
      reportInFile(file, { line, column }, { code: 'zone-file', path, message, remedy: '' });
    }
    return new Map();
  };
}

function distribute(
  source: RecordSource,
  records: readonly RecordSet[],
  report: (finding: Omit<Finding, 'path'>, set: RecordSet) => void,
): Map<Name, RecordSet[]> {
  const zones = new Map<Name, RecordSet[]>(source.names.map((name) => [name, []]));
  for (const set of records) {
    const zone = zoneOf(set.name, zones, source.origin);
    if (zone !== undefined) {
      zones.get(zone)!.push(Object.freeze(set));
      continue;
    }
    const shown =
      source.names.length === 1 ? showName(source.origin) : `the zones of ${showValue(source.path[1])}`;
    report(
      {
        code: 'outside-zone',
        value: set.name,
        message: `${showName(set.name)} is outside ${shown}`,
        remedy: 'move the record to the zone it is in; a name without a final dot is relative to the zone',
      },
      set,
    );
  }
  for (const [zone, sets] of zones) {
    for (const mistake of findRecordMistakes(zone, sets, source.kind)) report(mistake.finding, mistake.set);
  }
  return zones;
}

function zoneOf(name: Name, zones: ReadonlyMap<Name, unknown>, origin: Name): Name | undefined {
  if (zones.has(origin)) return isAtOrBelow(name, origin) ? origin : undefined;
  for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) if (zones.has(at)) return at;
  return undefined;
}
