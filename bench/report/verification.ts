import type { Verification } from '../subjects/verify.ts';
import { alignColumns } from './table.ts';

/** What the issue of proving a topology asks for: ten seconds and a gigabyte at the largest size, 50 ms for the example. */
const LIMITS = { milliseconds: 10_000, bytes: 1e9, example: 50 };

export function verificationTable(rows: readonly Verification[]): string {
  const header = ['', 'zones', 'tiers', 'pairs', 'failures', 'ms', 'CPU ms', 'µs a pair', 'peak MB'];
  const lines = rows.map((row) => [
    row.topology,
    ...[row.zones, row.tiers, row.pairs, row.failures].map((number) => number.toLocaleString('en')),
    row.milliseconds.toFixed(0),
    row.cpuMilliseconds.toFixed(0),
    ((row.milliseconds * 1000) / row.pairs).toFixed(2),
    (row.peakBytes / 1e6).toFixed(0),
  ]);
  const largest = rows.at(-1)!;
  const example = rows.find(({ topology }) => topology.startsWith('examples/'));
  const isReached = largest.milliseconds <= LIMITS.milliseconds && largest.peakBytes <= LIMITS.bytes;
  const isExampleReached = example !== undefined && example.milliseconds <= LIMITS.example;
  return [
    'Proving a topology: every network by every zone, and every single failure',
    alignColumns([header, ...lines]),
    `  ${isReached ? 'reached    ' : 'NOT reached'}  10 s and 1 GB at ${largest.topology}`,
    `  ${isExampleReached ? 'reached    ' : 'NOT reached'}  50 ms for the example`,
  ].join('\n');
}
