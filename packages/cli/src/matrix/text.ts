import { bare, type Failure, formatFailure, type Walk, zoneNames } from '@pointsman/core/verify';
import { firstOf, style } from '../terminal.ts';
import type { Group } from './alike.ts';
import { type Cell, cellOf } from './cell.ts';

const MOST_ZONES = 60;
const MOST_GROUPS = 6;
const STYLES = { own: 'green', public: 'yellow', other: 'yellow', unsure: 'magenta', none: 'red' } as const;

/** Zones downwards, groups of networks across. */
export function matrixText(walked: Walk, groups: readonly Group[], without: readonly Failure[]): string {
  const { topology } = walked.model;
  const publics = new Set(topology.zones.flatMap(({ kind, name }) => (kind === 'public' ? [name] : [])));
  const shown = groups.slice(0, MOST_GROUPS);
  const names = zoneNames(walked);
  const cells = names.map((name, index) =>
    shown.map(({ verdicts }) => cellOf(name, publics.has(name), verdicts[index]!)),
  );
  const heads = shown.map(({ networks }) => headOf(networks));
  const first = Math.max(...names.map((name) => bare(name).length), 4);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]!.text.length)),
  );
  const rows = names.map((name, index) =>
    [bare(name).padEnd(first), ...cells[index]!.map((cell, column) => paint(cell, widths[column]!))].join(
      '  ',
    ),
  );
  const failed = without.length === 0 ? '' : `, without ${without.map(formatFailure).join(', ')}`;
  return [
    `${style('bold', topology.name)}: ${topology.networks.length} networks, ${names.length} zones${failed}`,
    '',
    style(
      'bold',
      ['zone'.padEnd(first), ...heads.map((head, column) => head.padEnd(widths[column]!))]
        .join('  ')
        .trimEnd(),
    ),
    ...firstOf(
      rows.map((row) => row.trimEnd()),
      MOST_ZONES,
    ),
    ...(groups.length > shown.length
      ? ['', `… and ${groups.length - shown.length} more groups of networks (--html and --json have all)`]
      : []),
    ...reasons(cells),
  ].join('\n');
}

function paint({ kind, text }: Cell, width: number): string {
  return style(STYLES[kind], text.padEnd(width));
}

function headOf(networks: readonly string[]): string {
  const shown = networks.slice(0, 2).join(', ');
  return networks.length > 2 ? `${shown} +${networks.length - 2}` : shown;
}

/** Why, once for each reason. */
function reasons(cells: readonly (readonly Cell[])[]): string[] {
  const titles = new Set(
    cells.flat().flatMap(({ kind, title }) => (kind === 'none' || kind === 'unsure' ? [title] : [])),
  );
  return titles.size === 0 ? [] : ['', ...firstOf([...titles], 12)];
}
