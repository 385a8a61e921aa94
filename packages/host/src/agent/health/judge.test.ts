import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideLaunch } from './decide-launch.ts';
import { judgeEngine, NEW_ENGINE } from './judge-engine.ts';
import { type HostSigns, judgeHost } from './judge-host.ts';

const WELL: HostSigns = { disk: undefined, memoryAvailable: 0.5, clockOffset: 0 };

test('an engine that answers is never restarted, whatever its rules fail of', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1 })), (rounds) => {
      let memory = NEW_ENGINE;
      for (const [now, silentRounds] of rounds.entries()) {
        const judged = judgeEngine(memory, { pulse: true, silentRounds }, now * 1000);
        memory = judged.memory;
        assert.equal(judged.verdict, 'well');
      }
    }),
  );
});

test('an engine has two restarts within ten minutes, and is lost at the third', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 2000 }), (pulses) => {
      let memory = NEW_ENGINE;
      const restarts: number[] = [];
      for (const [second, pulse] of pulses.entries()) {
        const judged = judgeEngine(memory, { pulse, silentRounds: 0 }, second * 1000);
        memory = judged.memory;
        const recent = restarts.filter((at) => second - at < 600);
        assert.ok(recent.length <= 2);
        if (judged.verdict === 'restart') restarts.push(second);
        if (judged.verdict === 'lost') return assert.equal(recent.length, 2);
        if (judged.verdict !== 'well') assert.ok(!pulse);
      }
    }),
  );
});

test('rules that say nothing at all, not even that they fail, are the engine’s fault', () => {
  assert.equal(judgeEngine(NEW_ENGINE, { pulse: true, silentRounds: 2 }, 0).verdict, 'restart');
});

test('a host is at fault for what lasts, and well again as soon as it has passed', () => {
  const bad: HostSigns = { disk: 'ENOSPC', memoryAvailable: 0.001, clockOffset: -600_000 };
  let { memory, faults } = judgeHost(new Map(), bad, 0);
  assert.deepEqual(faults, []);
  ({ memory, faults } = judgeHost(memory, bad, 25_000));
  assert.deepEqual(faults, [{ what: 'disk', text: 'the state directory cannot be written: ENOSPC' }]);
  ({ memory, faults } = judgeHost(memory, bad, 61_000));
  assert.deepEqual(
    faults.map(({ what }) => what),
    ['disk', 'memory', 'clock'],
  );
  ({ memory, faults } = judgeHost(memory, WELL, 62_000));
  assert.deepEqual(faults, []);
  ({ faults } = judgeHost(memory, bad, 63_000));
  assert.deepEqual(faults, []);
});

test('what nobody has said of the clock is no fault', () => {
  const { memory } = judgeHost(new Map(), { ...WELL, clockOffset: undefined }, 0);
  assert.deepEqual(judgeHost(memory, { ...WELL, clockOffset: undefined }, 1e9).faults, []);
});

test('a launch goes on when the host is ready, is abandoned where that takes too long, and is nobody’s business later', () => {
  const young = { ready: false, unfit: false, waitedFor: 0, within: 600 };
  assert.equal(decideLaunch('Pending:Wait', young), 'wait');
  assert.equal(decideLaunch('Pending:Wait', { ...young, ready: true }), 'CONTINUE');
  assert.equal(decideLaunch('Pending:Wait', { ...young, waitedFor: 601 }), 'ABANDON');
  assert.equal(decideLaunch('Pending:Wait', { ...young, ready: true, unfit: true }), 'ABANDON');
  assert.equal(decideLaunch('Pending', { ...young, ready: true }), 'wait');
  assert.equal(decideLaunch('InService', { ...young, unfit: true }), 'over');
  assert.equal(decideLaunch(undefined, { ...young, ready: true }), 'over');
});
