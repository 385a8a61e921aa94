/** CNAMEs and what belongs to a rule: an upstream can speak of names under its rule only. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { answersOf, extendedErrorOf, rcodeOf } from './records.ts';
import { play } from './scenario.ts';
import type { Reply } from './scripted-upstream.ts';
import { gate, startWorld, until, upstream } from './world.ts';

const SCENARIOS: Record<string, string> = {
  'a chain inside a rule is passed on as it is (RFC 1034 §3.6.2)': `
    corp.example: www.corp.example. A -> www.corp.example. 60 CNAME app.corp.example. ; app.corp.example. 60 A 10.0.0.1
    ask www.corp.example. A -> www.corp.example. CNAME app.corp.example. ; app.corp.example. A 10.0.0.1
    asked corp.example: www.corp.example.`,

  'a CNAME that leaves the rule is asked of the rule of its target': `
    corp.example: www.corp.example. A -> www.corp.example. 60 CNAME app.cloud.example.
    cloud.example: app.cloud.example. A -> app.cloud.example. 60 A 10.0.0.1
    ask www.corp.example. A -> www.corp.example. CNAME app.cloud.example. ; app.cloud.example. A 10.0.0.1
    ask www.corp.example. A -> www.corp.example. CNAME app.cloud.example. ; app.cloud.example. A 10.0.0.1
    asked corp.example: www.corp.example.
    asked cloud.example: app.cloud.example.`,

  'what an upstream says of the target under another rule is not believed': `
    corp.example: www.corp.example. A -> www.corp.example. 60 CNAME app.cloud.example. ; app.cloud.example. 60 A 192.0.2.66
    cloud.example: app.cloud.example. A -> app.cloud.example. 60 A 10.0.0.1
    ask www.corp.example. A -> www.corp.example. CNAME app.cloud.example. ; app.cloud.example. A 10.0.0.1
    ask app.cloud.example. A -> app.cloud.example. A 10.0.0.1
    asked corp.example: www.corp.example.
    asked cloud.example: app.cloud.example.`,

  'records of names that were not asked for are left out (RFC 5452 §6)': `
    corp.example: www.corp.example. A -> www.corp.example. 60 A 10.0.0.1 ; bank.example. 60 A 192.0.2.66 ; mail.corp.example. 60 A 10.0.0.9
    corp.example: mail.corp.example. A -> mail.corp.example. 60 A 10.0.0.2
    ask www.corp.example. A -> www.corp.example. A 10.0.0.1
    ask mail.corp.example. A -> mail.corp.example. A 10.0.0.2
    asked corp.example: www.corp.example. mail.corp.example.`,

  'name servers and an SOA record of elsewhere are left out of an answer': `
    corp.example: www.corp.example. A -> www.corp.example. 60 A 10.0.0.1 ; authority example. 60 NS ns.bad.example. ; authority example. 60 SOA ns.bad.example. x.bad.example. 1 1 1 1 1
    ask www.corp.example. A -> www.corp.example. A 10.0.0.1
    asked corp.example: www.corp.example.`,

  'a zone below has its own rule: the rule above cannot speak of it': `
    cloud.example: www.cloud.example. A -> www.cloud.example. 60 CNAME db.orders.cloud.example. ; db.orders.cloud.example. 60 A 192.0.2.66
    orders.cloud.example: db.orders.cloud.example. A -> db.orders.cloud.example. 60 A 10.0.0.3
    ask www.cloud.example. A -> www.cloud.example. CNAME db.orders.cloud.example. ; db.orders.cloud.example. A 10.0.0.3
    asked cloud.example: www.cloud.example.
    asked orders.cloud.example: db.orders.cloud.example.`,

  'the target does not exist: NXDOMAIN with the CNAME and the SOA of the other zone (RFC 2308 §2.1)': `
    corp.example: www.corp.example. A -> www.corp.example. 60 CNAME gone.cloud.example.
    cloud.example: gone.cloud.example. A -> NXDOMAIN ; authority cloud.example. 60 SOA ns.cloud.example. h.cloud.example. 1 2 3 4 5
    ask www.corp.example. A -> NXDOMAIN ; www.corp.example. CNAME gone.cloud.example. ; authority cloud.example. SOA ns.cloud.example. h.cloud.example. 1 2 3 4 5
    asked corp.example: www.corp.example.
    asked cloud.example: gone.cloud.example.`,

  'an upstream that calls a target under another rule NXDOMAIN is not believed': `
    corp.example: www.corp.example. A -> NXDOMAIN ; www.corp.example. 60 CNAME app.cloud.example. ; authority example. 60 SOA ns.example. h.example. 1 2 3 4 5
    cloud.example: app.cloud.example. A -> app.cloud.example. 60 A 10.0.0.1
    ask www.corp.example. A -> www.corp.example. CNAME app.cloud.example. ; app.cloud.example. A 10.0.0.1
    asked corp.example: www.corp.example.
    asked cloud.example: app.cloud.example.`,

  'the target has no such record: NODATA with the CNAME (RFC 2308 §2.2)': `
    corp.example: www.corp.example. AAAA -> www.corp.example. 60 CNAME app.cloud.example.
    cloud.example: app.cloud.example. AAAA -> authority cloud.example. 60 SOA ns.cloud.example. h.cloud.example. 1 2 3 4 5
    ask www.corp.example. AAAA -> www.corp.example. CNAME app.cloud.example. ; authority cloud.example. SOA ns.cloud.example. h.cloud.example. 1 2 3 4 5
    asked corp.example: www.corp.example.
    asked cloud.example: app.cloud.example.`,

  'the target cannot be resolved: SERVFAIL that says which name and why': `
    corp.example: www.corp.example. A -> www.corp.example. 60 CNAME app.cloud.example.
    cloud.example: app.cloud.example. A -> SERVFAIL
    ask www.corp.example. A -> SERVFAIL ; because app.cloud.example. (by CNAME): cloud.example.
    asked corp.example: www.corp.example.
    asked cloud.example: app.cloud.example.`,

  'no rule covers the target: SERVFAIL that says so': `
    corp.example: www.corp.example. A -> www.corp.example. 60 CNAME www.elsewhere.example. ; www.elsewhere.example. 60 A 192.0.2.1
    ask www.corp.example. A -> SERVFAIL ; because www.elsewhere.example. (by CNAME): no forwarding rule covers this name
    asked corp.example: www.corp.example.`,

  'a chain through three rules and back into the first': `
    a.example: x.a.example. A -> x.a.example. 60 CNAME x.b.example.
    b.example: x.b.example. A -> x.b.example. 60 CNAME y.b.example. ; y.b.example. 60 CNAME x.c.example.
    c.example: x.c.example. A -> x.c.example. 60 CNAME y.a.example.
    a.example: y.a.example. A -> y.a.example. 60 A 10.0.0.1
    ask x.a.example. A -> x.a.example. CNAME x.b.example. ; x.b.example. CNAME y.b.example. ; y.b.example. CNAME x.c.example. ; x.c.example. CNAME y.a.example. ; y.a.example. A 10.0.0.1
    asked a.example: x.a.example. y.a.example.
    asked b.example: x.b.example.
    asked c.example: x.c.example.`,

  'a chain that the upstream leaves open inside the rule is asked to its end (RFC 1034 §5.3.3)': `
    corp.example: www.corp.example. A -> www.corp.example. 60 CNAME app.corp.example.
    corp.example: app.corp.example. A -> app.corp.example. 60 A 10.0.0.1
    ask www.corp.example. A -> www.corp.example. CNAME app.corp.example. ; app.corp.example. A 10.0.0.1
    asked corp.example: www.corp.example. app.corp.example.`,

  'a CNAME to itself': `
    corp.example: www.corp.example. A -> www.corp.example. 60 CNAME www.corp.example.
    ask www.corp.example. A -> SERVFAIL ; because loop
    asked corp.example: www.corp.example.`,

  'a loop of CNAMEs inside a rule, in one response': `
    corp.example: www.corp.example. A -> www.corp.example. 60 CNAME app.corp.example. ; app.corp.example. 60 CNAME www.corp.example.
    ask www.corp.example. A -> SERVFAIL ; because loop
    asked corp.example: www.corp.example.`,

  'a loop of CNAMEs inside a rule, a step at a time': `
    corp.example: www.corp.example. A -> www.corp.example. 60 CNAME app.corp.example.
    corp.example: app.corp.example. A -> app.corp.example. 60 CNAME www.corp.example.
    ask www.corp.example. A -> SERVFAIL ; because loop
    asked corp.example: www.corp.example. app.corp.example.`,

  'a loop of CNAMEs over two rules': `
    a.example: x.a.example. A -> x.a.example. 60 CNAME x.b.example.
    b.example: x.b.example. A -> x.b.example. 60 CNAME x.a.example.
    ask x.a.example. A -> SERVFAIL ; because loop
    asked a.example: x.a.example.
    asked b.example: x.b.example.`,

  'a chain without end': `
    a.example: 0.a.example. A -> 0.a.example. 60 CNAME 0.b.example.
    b.example: 0.b.example. A -> 0.b.example. 60 CNAME 1.a.example.
    a.example: 1.a.example. A -> 1.a.example. 60 CNAME 1.b.example.
    b.example: 1.b.example. A -> 1.b.example. 60 CNAME 2.a.example.
    a.example: 2.a.example. A -> 2.a.example. 60 CNAME 2.b.example.
    b.example: 2.b.example. A -> 2.b.example. 60 CNAME 3.a.example.
    a.example: 3.a.example. A -> 3.a.example. 60 CNAME 3.b.example.
    b.example: 3.b.example. A -> 3.b.example. 60 CNAME 4.a.example.
    a.example: 4.a.example. A -> 4.a.example. 60 CNAME 4.b.example.
    b.example: 4.b.example. A -> 4.b.example. 60 CNAME 5.a.example.
    ask 0.a.example. A -> SERVFAIL ; because too long
    asked a.example: 0.a.example. 1.a.example. 2.a.example. 3.a.example. 4.a.example.
    asked b.example: 0.b.example. 1.b.example. 2.b.example. 3.b.example.`,

  'a DNAME goes with its CNAME (RFC 6672 §3.1)': `
    corp.example: www.old.corp.example. A -> old.corp.example. 60 DNAME new.corp.example. ; www.old.corp.example. 60 CNAME www.new.corp.example. ; www.new.corp.example. 60 A 10.0.0.1
    ask www.old.corp.example. A -> old.corp.example. DNAME new.corp.example. ; www.old.corp.example. CNAME www.new.corp.example. ; www.new.corp.example. A 10.0.0.1
    asked corp.example: www.old.corp.example.`,

  'a question for the CNAME itself is not followed': `
    corp.example: www.corp.example. CNAME -> www.corp.example. 60 CNAME app.cloud.example.
    cloud.example: app.cloud.example. A -> app.cloud.example. 60 A 10.0.0.1
    ask www.corp.example. CNAME -> www.corp.example. CNAME app.cloud.example.
    asked corp.example: www.corp.example.`,
};

suite('chains', { concurrency: 4 }, () => {
  for (const [title, text] of Object.entries(SCENARIOS)) {
    test(title, { timeout: 120_000 }, async (t) => {
      await play(t, text);
    });
  }

  test('two questions whose CNAMEs need each other end as a loop, not by the deadline', {
    timeout: 120_000,
  }, async (t) => {
    const first = gate();
    const second = gate();
    const a = await upstream(t, async ({ name }) => {
      await first.wait;
      return { answers: [`${name} 60 CNAME x.b.example.`] };
    });
    const b = await upstream(t, async ({ name }) => {
      await second.wait;
      return { answers: [`${name} 60 CNAME x.a.example.`] };
    });
    const world = await startWorld(t, { 'a.example': a, 'b.example': b }, { deadline: '20s' });
    const answers = Promise.all([world.client.ask('x.a.example.'), world.client.ask('x.b.example.')]);
    await until(() => a.asked.length >= 1 && b.asked.length >= 1);
    first.open();
    second.open();
    for (const response of await answers) {
      assert.equal(rcodeOf(response), 'SERVFAIL');
      assert.match(extendedErrorOf(response)!.text, /loop/);
    }
  });

  test('a chain through a question that another worker has in flight is answered', {
    timeout: 120_000,
  }, async (t) => {
    const open = gate<Reply>();
    const corp = await upstream(t, ({ name }) => ({ answers: [`${name} 60 CNAME app.cloud.example.`] }));
    const cloud = await upstream(t, () => open.wait);
    const world = await startWorld(
      t,
      { 'corp.example': corp, 'cloud.example': cloud },
      { workers: 2, deadline: '20s' },
    );
    const direct = world.client.ask('app.cloud.example.');
    await until(() => cloud.asked.length > 0);
    // The kernel spreads clients over the workers by their ports: of twelve, some are with the other one.
    const clients = await Promise.all(Array.from({ length: 12 }, () => world.udp()));
    const chained = clients.map((client, index) => client.ask(`www${index}.corp.example.`));
    await until(() => corp.asked.length === 12);
    await until(async () => (await world.forwarder.stats()).coalesced === 12);
    open.open({ answers: ['app.cloud.example. 60 A 10.0.0.1'] });
    for (const [index, response] of (await Promise.all(chained)).entries()) {
      assert.deepEqual(answersOf(response), [
        `www${index}.corp.example. CNAME app.cloud.example.`,
        'app.cloud.example. A 10.0.0.1',
      ]);
    }
    assert.deepEqual(answersOf(await direct), ['app.cloud.example. A 10.0.0.1']);
  });
});
