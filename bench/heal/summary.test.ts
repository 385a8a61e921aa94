import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootOf, type Kill, reportText, summarize } from './summary.ts';

const EVENTS = [
  { at_ms: 0, what: 'kill main/a' },
  { at_ms: 1900, what: 'acme-main-a launches i-2' },
  { at_ms: 2400, what: 'i-1 is terminated' },
  { at_ms: 5600, what: 'i-2 runs' },
];

test('a boot lasts from the launch of an instance until it runs', () => {
  assert.equal(bootOf(EVENTS), 3700);
  assert.equal(bootOf(EVENTS.slice(0, 3)), undefined);
});

test('percentiles are of the addresses that answered again, and one that did not is told', () => {
  const kills = [9000, 5000, undefined, 7000].map(killThatTook);
  const run = summarize('cold', kills);
  assert.deepEqual(run.recovered_ms, { p50: 7000, p95: 9000, max: 9000 });
  assert.deepEqual(run.beyondBoot_ms, { p50: 3300, p95: 5300, max: 5300 });
  assert.deepEqual(run.load, { asked: 400, answered: 396, late: 8, lost: 4, slowest_ms: 5400 });
  assert.equal(run.unhealed, 1);
  assert.equal(run.slowest.recovered_ms, undefined);
  assert.match(reportText(run), /^4 kills without spares, 1 of them NOT healed$/m);
});

function killThatTook(recovered_ms: number | undefined): Kill {
  const load = { asked: 100, answered: 99, late: 2, lost: 1, slowest_ms: 5400 };
  return { member: 'main/a', recovered_ms, boot_ms: 3700, load, events: EVENTS };
}
