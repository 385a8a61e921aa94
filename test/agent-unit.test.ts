import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT, run } from './system/command.ts';
import { skipWithout } from './system/packages.ts';

const UNIT = resolve(ROOT, 'packages/host/systemd/pointsman-agent.service');
/** In tenths, of what `systemd-analyze security` gives from 0 (safe) to 100. */
const MOST_EXPOSURE = 35;

describe('the systemd unit of the agent', { skip: skipWithout('systemd-analyze'), timeout: 300_000 }, () => {
  test('systemd finds nothing wrong with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pointsman-unit-'));
    const file = join(folder, 'pointsman-agent.service');
    // The command is not installed here.
    writeFileSync(
      file,
      readFileSync(UNIT, 'utf8').replace('ExecStart=/usr/bin/pointsman', 'ExecStart=/bin/true'),
    );
    const { code, stdout, stderr } = await run('systemd-analyze', [
      'verify',
      '--man=no',
      '--recursive-errors=no',
      file,
    ]);
    rmSync(folder, { recursive: true });
    // Other units of this machine are none of our business.
    const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('pointsman-agent'));
    assert.deepEqual(lines, []);
    assert.equal(code, 0, stdout + stderr);
  });

  test('it may do little besides its work', async () => {
    const options = ['security', '--offline=true', `--threshold=${MOST_EXPOSURE}`, '--no-pager', UNIT];
    const { code, stdout, stderr } = await run('systemd-analyze', options);
    assert.equal(code, 0, stdout + stderr);
  });

  test('systemd starts it again whenever it ends or hangs, soon and for ever', () => {
    const lines = readFileSync(UNIT, 'utf8').split('\n');
    for (const line of [
      ...['Type=notify', 'WatchdogSec=30', 'WatchdogSignal=SIGKILL'],
      ...['Restart=always', 'RestartSec=100ms', 'StartLimitIntervalSec=0'],
    ])
      assert.ok(lines.includes(line), line);
  });

  test('it has two capabilities, and leaves the watchdog alive', () => {
    const lines = readFileSync(UNIT, 'utf8').split('\n');
    assert.ok(lines.includes('CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_BIND_SERVICE'));
    assert.ok(lines.includes('KillMode=process'));
  });
});
