import assert from 'node:assert/strict';
import type { Socket } from 'node:dgram';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { lockFile } from '@pointsman/host/lock-file';
import { POINTSMAN, type Result, run } from './system/command.ts';
import { skipWithout } from './system/packages.ts';
import { startPinger } from './system/pinger.ts';
import { type Running, startCommand } from './system/running.ts';
import {
  farClient,
  isAnswered,
  makeTwoInterfaces,
  PRIMARY_ADDRESS,
  PRIMARY_MAC,
  startEcho,
  type TwoInterfaces,
} from './system/two-interfaces.ts';

const SKIP =
  process.getuid?.() === 0
    ? skipWithout('ip', 'nft', 'sysctl', 'ss', 'setpriv')
    : 'needs root, to make network namespaces';
const CAPABILITIES = '-all,+net_admin,+net_bind_service';
/** A wrong router: nobody has the address. */
const NOBODY = '10.10.1.99';

describe('a change of routing that has to be confirmed', { skip: SKIP, timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-confirm-'));
  let world: TwoInterfaces;
  let management: Socket;
  const started: Running[] = [];
  let untouched: string;
  const config = join(folder, 'agent.json');
  const wrongConfig = join(folder, 'wrong.json');
  const where = { stateDirectory: folder, socket: join(folder, 'agent.sock') };
  const ownConfig = join(folder, 'own.json');

  before(async () => {
    world = await makeTwoInterfaces();
    management = await startEcho(world.machine, PRIMARY_ADDRESS);
    const write = (file: string, gateway: string, mac = world.desired.mac) => {
      const [ipv4, ipv6] = world.desired.addresses.map(({ address, prefixLength, gateway }) => ({
        address: `${address}/${prefixLength}`,
        gateway,
      }));
      const addresses = [{ ...ipv4, gateway }, ipv6];
      writeFileSync(file, JSON.stringify({ ...where, interface: { mac, addresses } }));
    };
    write(config, '10.10.1.1');
    write(wrongConfig, NOBODY);
    write(ownConfig, '10.10.1.1', PRIMARY_MAC);
    await until(() => isAnswered(world.router, management));
    untouched = await routing();
  });
  after(async () => {
    // Where a test failed in the middle; their watchdogs end when the folder is gone.
    for (const each of started) each.process.kill('SIGKILL');
    management.close();
    await world.remove();
    rmSync(folder, { recursive: true });
  });

  /** With the capabilities of the systemd unit, and no others. */
  const prefix = () => ['ip', 'netns', 'exec', world.machine, 'setpriv', '--bounding-set', CAPABILITIES];
  const agent = (...args: string[]): Promise<Result> =>
    run('ip', [...prefix().slice(1), process.execPath, POINTSMAN, 'agent', ...args]);
  const apply = (within: string, env: Record<string, string> = {}, before = prefix()): Running => {
    const args = ['agent', 'apply', '--config', config, '--confirm-within', within, '--json'];
    const running = startCommand(args, { prefix: before, env });
    started.push(running);
    return running;
  };
  /** All that decides where packets of the machine go, but IPv6 addresses of the link, which come by themselves. */
  const routing = async () => {
    const commands = [
      'ip -4 -o address',
      'ip -4 route show table all',
      'ip rule',
      'ip -6 rule',
      'ip -br link',
    ];
    const settings = 'sysctl -a -r net.ipv[46].conf.eth[01].(rp_filter|arp_|accept_ra$)';
    const results = await Promise.all([...commands, settings].map((line) => world.run(line.split(' '))));
    return results.map(({ stdout }) => stdout).join('');
  };
  const isUntouched = async () => (await routing()) === untouched;
  const pingManagement = async (t: TestContext) =>
    startPinger(t, await farClient(world.router, PRIMARY_ADDRESS), management);
  const waiting = (applying: Running) => applying.waitFor(({ event }) => event === 'waiting');
  const waitingChange = async (): Promise<Running> => {
    const applying = apply('10m');
    await waiting(applying);
    return applying;
  };
  test('where nobody confirms in time, everything is put back, and the address of management answers throughout', async (t) => {
    const pinger = await pingManagement(t);
    // On a machine that is very busy the time is over before it is proven.
    assert.equal((await apply('3s').exited).code, 1);
    assert.equal(await routing(), untouched);
    assert.equal(await pinger.lost(), 0);
  });

  test('a gateway that nobody answers for is noticed, and put back at once', async (t) => {
    const pinger = await pingManagement(t);
    const { code, stderr } = await agent('apply', '--config', wrongConfig, '--confirm-within', '10m');
    assert.match(
      stderr,
      /the gateway 10\.10\.1\.99 does not answer by eth1.*; everything is as it was before/,
    );
    assert.equal(code, 1);
    assert.equal(await routing(), untouched);
    assert.equal(await pinger.lost(), 0);
  });

  test('the interface of management is not touched where its MAC address is written for the other', async (t) => {
    const pinger = await pingManagement(t);
    const { code, stderr } = await agent('apply', '--config', ownConfig, '--confirm-within', '10m');
    assert.match(stderr, /in the way: eth0 \(02:00:00:00:00:10\) has the only default route of this host/);
    assert.equal(code, 1);
    assert.equal(await routing(), untouched);
    assert.equal(await pinger.lost(), 0);
  });

  test('a bug that takes the way of management is noticed, and put back at once', async () => {
    const ip = (await run('sh', ['-c', 'command -v ip'])).stdout.trim();
    const bug = `case "$*" in *"link set dev eth1 up"*) ${ip} route replace default via ${NOBODY} dev eth0;; esac`;
    writeFileSync(join(folder, 'ip'), `#!/bin/sh\n${bug}\nexec ${ip} "$@"\n`, { mode: 0o755 });
    const applying = apply('10m', { PATH: `${folder}:${process.env.PATH}` }, [ip, ...prefix().slice(1)]);
    const failed = await applying.waitFor(({ event }) => event === 'error');
    assert.equal(failed.code, 'NOT_PROVEN');
    assert.match(
      String(failed.message),
      /^packets to 192\.0\.2\.1 go by eth0 and 10\.10\.1\.99 .*, and went by eth0 and 10\.10\.1\.1/,
    );
    assert.equal((await applying.exited).code, 1);
    assert.equal(await routing(), untouched);
    await until(() => isAnswered(world.router, management));
  });

  test('a wrong route of an operator, who is locked out by it and cannot confirm, is put back in time', async () => {
    const applying = await waitingChange();
    await world.meddle(`ip route replace default via ${NOBODY} dev eth0`);
    await world.meddle('ip rule add from all blackhole priority 10');
    assert.ok(!(await isAnswered(world.router, management)));
    timeIsOver();
    assert.equal((await applying.exited).code, 1);
    assert.equal(applying.events.at(-1)?.event, 'restored');
    assert.equal(await routing(), untouched);
    await until(() => isAnswered(world.router, management));
  });

  test('beside an agent that runs nothing is done: it would not stay', async () => {
    const agentsLock = lockFile(`${where.socket}.lock`)!;
    const { code, stderr } = await agent('apply', '--config', config, '--confirm-within', '10m');
    agentsLock.release();
    assert.match(
      stderr,
      /the agent of this host runs .*: nothing was done\. .*systemctl stop pointsman-agent/,
    );
    assert.equal(code, 2);
    assert.equal(await routing(), untouched);
  });

  test('what others added while it waited stays: only the change is taken back', async () => {
    const applying = await waitingChange();
    const added = [
      'route add 203.0.113.0/24 via 10.10.1.1 dev eth0',
      'rule add from 198.51.100.7 lookup 99 priority 99',
      'address add 10.10.1.77/24 dev eth0',
    ];
    for (const each of added) await world.meddle(`ip ${each}`);
    timeIsOver();
    assert.equal((await applying.exited).code, 1);
    assert.equal(applying.events.at(-1)?.event, 'restored');
    // Each can be taken away, and after that all is as before.
    for (const each of added.toReversed()) await world.meddle(`ip ${each.replace(' add ', ' del ')}`);
    assert.equal(await routing(), untouched);
  });

  for (const phase of ['saved', 'applied', 'proven']) {
    test(`killed when it has ${phase}, it is put back all the same, and management goes on`, async (t) => {
      const pinger = await pingManagement(t);
      const applying = apply('10m');
      await applying.waitFor(({ event }) => event === phase);
      applying.process.kill('SIGKILL');
      timeIsOver();
      await applying.exited;
      await until(async () => (await isUntouched()) && (await isOver()));
      assert.equal(await pinger.lost(), 0);
    });
  }

  test('its watchdog killed, another one watches', async () => {
    const applying = apply('10m');
    const { id, watchdog } = await applying.waitFor(({ event }) => event === 'saved');
    process.kill(Number(watchdog), 'SIGKILL');
    const watchdogs = async () => (await run('pgrep', ['-f', `watchdog.ts .* ${id}$`])).stdout.trim();
    await until(async () => !['', String(watchdog)].includes(await watchdogs()));
    await waiting(applying);
    applying.process.kill('SIGTERM');
    assert.equal((await applying.exited).code, 1);
    assert.equal(await routing(), untouched);
    await until(async () => (await watchdogs()) === '');
  });

  test('watchdog and agent killed, the next start of the agent puts it back', async () => {
    const applying = apply('10m');
    const saved = await applying.waitFor(({ event }) => event === 'saved');
    await waiting(applying);
    applying.process.kill('SIGKILL');
    process.kill(Number(saved.watchdog), 'SIGKILL');
    await applying.exited;
    rewritePending({ owner: 'agent' });
    assert.equal(await resume(), 'put-back');
    assert.equal(await routing(), untouched);
    assert.equal(await resume(), 'nothing');
  });

  test('after a power cut the kernel has forgotten it, and so does the agent', async () => {
    const applying = await waitingChange();
    applying.process.kill('SIGSTOP');
    const pending = rewritePending({ bootId: 'another' });
    const changed = await routing();
    assert.equal(await resume(), 'rebooted');
    assert.equal(await routing(), changed);
    writeFileSync(join(folder, 'confirm/pending.json'), '{"id":');
    assert.equal(await resume(), 'damaged');
    // Here the kernel has not forgotten it.
    writeFileSync(join(folder, 'confirm/pending.json'), pending);
    applying.process.kill('SIGCONT');
    applying.process.kill('SIGTERM');
    assert.equal((await applying.exited).code, 1);
    assert.equal(await routing(), untouched);
  });

  test('of two changes at once the second is refused, and Ctrl-C puts the first one back', async () => {
    const applying = await waitingChange();
    const second = await agent('apply', '--config', config, '--confirm-within', '10m');
    assert.equal(second.code, 2);
    assert.match(second.stderr, /an earlier change waits for its confirmation/);
    applying.process.kill('SIGINT');
    assert.equal((await applying.exited).code, 1);
    assert.equal(await routing(), untouched);
  });

  test('confirmed in time it stays, and there is nothing more to confirm or to do', async () => {
    const applying = await waitingChange();
    assert.equal((await agent('confirm', '--config', config)).code, 0);
    assert.equal((await applying.exited).code, 0);
    const again = await agent('confirm', '--config', config);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /no change waits for a confirmation/);
    const plan = await agent('plan', '--config', config, '--json');
    assert.deepEqual(JSON.parse(plan.stdout), { device: 'eth1', steps: [], obstacles: [] });
  });

  /** The text that was there before. */
  function rewritePending(values: object): string {
    const file = join(folder, 'confirm/pending.json');
    const text = readFileSync(file, 'utf8');
    // In one go: the watchdog reads it.
    writeFileSync(`${file}.new`, JSON.stringify({ ...JSON.parse(text), ...values }));
    renameSync(`${file}.new`, file);
    return text;
  }

  function timeIsOver(): void {
    rewritePending({ deadline: 0 });
  }

  /** What an agent does first. */
  async function resume(): Promise<string> {
    const script = `import { resumeConfirmation, runCommand } from '@pointsman/host';
      process.stdout.write(await resumeConfirmation(runCommand, ${JSON.stringify(join(folder, 'confirm'))}));`;
    const args = [process.execPath, '--input-type=module', '--eval', script];
    const { stdout, stderr } = await run('ip', [...prefix().slice(1), ...args]);
    assert.equal(stderr, '');
    return stdout;
  }

  async function isOver(): Promise<boolean> {
    const { stdout } = await run('ls', [join(folder, 'confirm')]);
    return !/pending|restoring/.test(stdout);
  }
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await condition())) {
    assert.ok(performance.now() < end, 'it did not come about within a minute');
    await delay(20);
  }
}
