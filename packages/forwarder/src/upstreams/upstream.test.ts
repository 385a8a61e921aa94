import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  createUpstream,
  expectedTime,
  noteAnswered,
  noteProbeTimeout,
  noteSent,
  noteTimeout,
  noteUnreachable,
  noteWithoutEdns,
  takeProbe,
  takesEdns,
  takeTrial,
  timeoutOf,
  type Upstream,
} from './upstream.ts';

const ADDRESS = {
  endpoint: '10.0.0.1:53',
  address: '10.0.0.1',
  port: 53,
  budget: undefined,
  probes: [{ name: Uint8Array.of(0), type: 6 }],
};

function fresh(now = 0): Upstream {
  return createUpstream(0, ADDRESS, now);
}

/** One that has answered often, in `rtt` milliseconds. */
function measured(rtt: number): Upstream {
  const upstream = fresh();
  for (let index = 0; index < 50; index++) {
    noteSent(upstream, index);
    noteAnswered(upstream, index, rtt);
  }
  return upstream;
}

describe('an upstream', () => {
  it('is left after its own measured time, twice as long for each failure', () => {
    assert.equal(timeoutOf(fresh(), 0), 400);
    assert.ok(timeoutOf(measured(1), 0) < 50);
    const time = timeoutOf(measured(100), 0);
    assert.ok(time >= 100 && time < 200, `${time}`);
    assert.equal(timeoutOf(measured(100), 1), time * 2);
  });

  it('is waited for between 40 and 800 ms, whatever happens', () => {
    const event = fc.oneof(
      fc.double({ min: 0, max: 5000, noNaN: true }).map((rtt) => ({ rtt })),
      fc.constantFrom({ timeout: true }, { probe: true }, { unreachable: true }, { tcp: true }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.nat(300), (events, failures) => {
        const upstream = fresh();
        for (const [now, what] of events.entries()) {
          if ('rtt' in what) noteAnswered(upstream, now, what.rtt);
          else if ('timeout' in what) noteTimeout(upstream, now);
          else if ('probe' in what) noteProbeTimeout(upstream, now);
          else if ('unreachable' in what) noteUnreachable(upstream, now, 'EHOSTUNREACH');
          else noteAnswered(upstream, now, undefined);
          const time = timeoutOf(upstream, failures);
          assert.ok(time >= 40 && time <= 800, `${time}`);
          const expected = expectedTime(upstream, failures);
          assert.ok(Number.isFinite(expected) && expected > 0);
        }
      }),
    );
  });

  it('is down after three unanswered probes over 600 ms, not for less', () => {
    const lossy = measured(5);
    noteSent(lossy, 1000);
    for (const now of [1010, 1020, 1030, 1040]) noteProbeTimeout(lossy, now);
    assert.equal(lossy.state, 'up');
    noteProbeTimeout(lossy, 1601);
    assert.deepEqual([lossy.state, lossy.reason], ['down', 'no answer']);

    const slow = measured(5);
    noteSent(slow, 1000);
    noteProbeTimeout(slow, 3000);
    noteProbeTimeout(slow, 3001);
    assert.equal(slow.state, 'up');
  });

  it('that leaves queries unanswered is probed soon, but is not down for that: it may be one zone', () => {
    const upstream = measured(5);
    for (let now = 1000; now < 5000; now += 10) noteTimeout(upstream, now);
    assert.equal(upstream.state, 'up');
    assert.equal(takeProbe(upstream, 1000), true);
  });

  it('is up again with any answer', () => {
    const upstream = measured(5);
    noteUnreachable(upstream, 1000, 'ECONNREFUSED');
    assert.deepEqual([upstream.state, upstream.reason], ['down', 'connection refused']);
    noteAnswered(upstream, 1500, undefined);
    assert.deepEqual([upstream.state, upstream.reason, upstream.failures], ['up', '', 0]);
  });

  it('that does not know EDNS is asked without it for 15 minutes, or until it has been down', () => {
    const upstream = measured(5);
    assert.equal(takesEdns(upstream, 1000), true);
    noteWithoutEdns(upstream, 1000);
    assert.equal(takesEdns(upstream, 1000 + 15 * 60_000 - 1), false);
    noteAnswered(upstream, 2000, 5);
    assert.equal(takesEdns(upstream, 2000), false);
    assert.equal(takesEdns(upstream, 1000 + 15 * 60_000), true);
    noteUnreachable(upstream, 3000, 'ECONNREFUSED');
    noteAnswered(upstream, 4000, 5);
    assert.equal(takesEdns(upstream, 4000), true);
  });

  it('that is down is tried by one query of a client at a time', () => {
    const upstream = measured(5);
    noteUnreachable(upstream, 1000, 'ECONNREFUSED');
    assert.equal(takeTrial(upstream, 1001), true);
    assert.equal(takeTrial(upstream, 1100), false);
    assert.equal(takeTrial(upstream, 1101), true);
  });

  it('that answered a moment ago is not silent since the first query ever', () => {
    const upstream = fresh();
    noteSent(upstream, 0);
    noteAnswered(upstream, 5000, 5);
    noteSent(upstream, 5001);
    for (const now of [5002, 5003, 5004]) noteProbeTimeout(upstream, now);
    assert.equal(upstream.state, 'up');
  });

  it('is probed at once, then ever more rarely while it is silent, at most 1.5 s apart', () => {
    const upstream = fresh(100);
    const times: number[] = [];
    for (let now = 100; now < 20_000; now += 10) if (takeProbe(upstream, now)) times.push(now);
    assert.equal(times[0], 100);
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    assert.equal(gaps[0], 200);
    assert.ok(gaps.every((gap, index) => index === 0 || gap >= gaps[index - 1]!));
    assert.ok(gaps.at(-1)! >= 1500 && gaps.at(-1)! <= 1510);
  });

  it('that is down is probed again within 200 ms, however long it was down before', () => {
    const upstream = fresh();
    for (let now = 0; now < 20_000; now += 10) takeProbe(upstream, now);
    noteAnswered(upstream, 20_000, 5);
    assert.equal(takeProbe(upstream, 29_999), false);
    noteUnreachable(upstream, 30_000, 'ECONNREFUSED');
    assert.equal(takeProbe(upstream, 30_199), false);
    assert.equal(takeProbe(upstream, 30_200), true);
  });

  it('that is up and idle is probed every ten seconds', () => {
    const upstream = measured(5);
    assert.equal(takeProbe(upstream, 9000), false);
    assert.equal(takeProbe(upstream, 10_050), true);
    assert.equal(takeProbe(upstream, 20_000), false);
    assert.equal(takeProbe(upstream, 20_050), true);
  });
});
