import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunCommand } from '../interface/index.ts';
import { savePending } from './pending-change.ts';
import { rollBack } from './roll-back.ts';

const RULE = '32766:\tfrom all lookup 254';

test('a change whose file cannot be read any more is put back all the same', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'pointsman-roll-back-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const rules: string[] = [];
  const run: RunCommand = async (argv) => {
    const line = argv.join(' ');
    if (line === 'ip -N -4 rule add priority 32766 from all lookup 254') rules.push(RULE);
    const stdout = line.includes('-json') ? '[]' : line === 'ip -N -4 rule show' ? rules.join('\n') : '';
    return { code: 0, stdout, stderr: '' };
  };
  const change = await savePending(directory, {
    ...{ owner: 'agent', bootId: 'this', deadline: 0, mac: '02:00:00:00:00:53', table: 530 },
    management: { gateways: [], ways: [{ target: '192.0.2.1', way: { dev: 'eth0' } }] },
    snapshot: { devices: [], routes: { '4': [], '6': [] }, rules: { '4': [RULE], '6': [] } },
  });
  writeFileSync(join(directory, 'pending.json'), '{"id":');
  assert.equal(await rollBack(run, directory, change), true);
  assert.deepEqual(rules, [RULE]);
});
