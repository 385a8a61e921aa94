import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readMachineFile } from '../index.ts';
import {
  inMachine,
  openTrial,
  putVpc,
  skipWithoutRoot,
  startInstance,
  type Trial,
  until,
} from './trial.fixture.ts';

describe('a machine', { skip: skipWithoutRoot }, () => {
  let trial: Trial;
  /** A folder of the host that the machine is shown. */
  const shown = mkdtempSync(join(tmpdir(), 'pm-shown-'));
  before(async () => {
    writeFileSync(join(shown, 'program'), 'as it was');
    trial = await openTrial('a', [shown, join(shown, 'not-there')]);
    await putVpc(trial, 1);
    await startInstance(trial, 1, 10);
  });
  after(async () => {
    await trial.fabric.close();
    rmSync(shown, { recursive: true });
  });

  const refuses = (script: string) => assert.rejects(inMachine(trial, 'i-1-10', script), script);

  it('writes to its own /etc, /var, /tmp, /run, /root and /home, and the host sees nothing of it', async () => {
    const name = `written-${process.pid}`;
    for (const folder of ['/etc', '/var/lib', '/tmp', '/run', '/root', '/home', '/dev/shm']) {
      await inMachine(trial, 'i-1-10', `echo x > ${folder}/${name}`);
      assert.throws(() => statSync(join(folder, name)), folder);
    }
    await inMachine(trial, 'i-1-10', 'rm -r /etc/alternatives; echo nobody > /etc/passwd');
    assert.match(readFileSync('/etc/passwd', 'utf8'), /^root:/);
  });

  it('writes nowhere else, by no name and no link', async () => {
    for (const path of [
      '/usr/bin/x',
      '/bin/x',
      '/opt/x',
      '/x',
      `${shown}/x`,
      '/run/machine/x',
      '/dev/x',
      '/sys/x',
    ]) {
      await refuses(`echo x > ${path}`);
    }
    await refuses(`ln -s ${shown} /tmp/link; echo x > /tmp/link/program`);
    await refuses('mkdir -p /tmp/up; echo x > /tmp/up/../../usr/x');
    await refuses('echo x > /proc/1/root/usr/x');
    assert.equal(readFileSync(join(shown, 'program'), 'utf8'), 'as it was');
    assert.equal(await inMachine(trial, 'i-1-10', `cat ${shown}/program`), 'as it was');
  });

  it('changes no setting of the host, but those of its own network', async () => {
    for (const path of ['kernel/core_pattern', 'kernel/panic', 'vm/swappiness', 'fs/file-max']) {
      await refuses(`cat /proc/sys/${path} > /proc/sys/${path}`);
    }
    if (existsOnHost('/proc/sysrq-trigger'))
      await inMachine(trial, 'i-1-10', 'echo b > /proc/sysrq-trigger || true');
    const before = readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8');
    await inMachine(trial, 'i-1-10', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
    await inMachine(trial, 'i-1-10', 'echo 0 > /proc/sys/net/ipv4/ip_forward');
    assert.equal(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'), before);
    await refuses('hostname other');
    assert.equal(hostname(), readFileSync('/proc/sys/kernel/hostname', 'utf8').trim());
  });

  it("can neither mount, nor make devices, nor leave its namespaces, nor see or signal the host's processes", async () => {
    await refuses('mount -o remount,rw /');
    await refuses('mount -t tmpfs x /mnt');
    await refuses('umount /usr || umount /proc/sys');
    await refuses('mknod /tmp/disk b 7 0');
    await refuses('unshare --net true');
    await refuses('nsenter --target 1 --mount --net=/proc/1/ns/net true');
    await refuses(`kill -0 ${process.pid > 1000 ? process.pid : 999_999}`);
    const processes = await inMachine(trial, 'i-1-10', 'ls -d /proc/[0-9]* | wc -l');
    assert.ok(Number(processes) < 10, processes);
  });

  it('has a disk of its own size, which can be full, and be emptied, and whose links lead the lab nowhere', async () => {
    // Where the lab might write itself to fill the disk.
    const program = join(shown, 'program');
    await inMachine(
      trial,
      'i-1-10',
      `for each in var tmp etc root; do ln -sf ${program} /$each/filler; done`,
    );
    await trial.fabric.fillDisk('i-1-10');
    await refuses('echo x > /var/lib/more');
    await refuses('dd if=/dev/zero of=/etc/more bs=64k count=1');
    await trial.fabric.emptyDisk('i-1-10');
    await inMachine(trial, 'i-1-10', 'echo x > /var/lib/more');
    assert.equal(readFileSync(program, 'utf8'), 'as it was');
  });

  it('is not listened to any more once it is up, whatever it has to say', async () => {
    await refuses('echo up > /proc/1/fd/1');
  });

  it('keeps who reads its files from the host in its own', async () => {
    const secret = join(shown, '..', `secret-${process.pid}`);
    writeFileSync(secret, 'of the host');
    try {
      await inMachine(trial, 'i-1-10', `ln -sf ${secret} /etc/link; mkfifo /etc/pipe; echo own > /etc/own`);
      assert.equal(readMachineFile(trial.name, 'i-1-10', '/etc/own'), 'own\n');
      assert.throws(() => readMachineFile(trial.name, 'i-1-10', '/etc/link'), /No such file/);
      assert.throws(() => readMachineFile(trial.name, 'i-1-10', '/etc/pipe'), /ETIMEDOUT/);
    } finally {
      rmSync(secret);
    }
  });

  it('stands still while it is frozen, and goes on when it thaws', async () => {
    const counting = 'count=0; while :; do count=$((count+1)); echo $count > /tmp/count; done';
    inMachine(trial, 'i-1-10', counting).catch(() => {});
    const count = () =>
      inMachine(trial, 'i-1-10', 'cat /tmp/count').then(
        (text) => Number(text),
        () => 0,
      );
    const goesOn = async () => {
      const before = await count();
      await until('it counts on', async () => (await count()) > before);
    };
    await goesOn();
    trial.fabric.freezeMachine('i-1-10');
    assert.equal(await trial.fabric.instanceStatus('i-1-10'), 'impaired');
    await until('it stands still', async () => {
      const [first, second, third] = [await count(), await count(), await count()];
      return first === second && second === third;
    });
    trial.fabric.thawMachine('i-1-10');
    await goesOn();
    assert.equal(await trial.fabric.instanceStatus('i-1-10'), 'ok');
  });
});

function existsOnHost(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
