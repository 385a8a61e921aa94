import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { machineCommand } from '../packages/lab/src/namespaces/fabric/index.ts';
import { callAws, runAws } from './system/aws.ts';
import { pointsman, run } from './system/command.ts';
import { type RunningLab, skipWithoutLab, smallTopology, startLab } from './system/lab.ts';
import { startCommand } from './system/running.ts';

describe('drills of machines and of the cloud, and what ends a drill', {
  skip: skipWithoutLab,
  timeout: 900_000,
}, () => {
  let lab: RunningLab;
  before(async () => {
    lab = await startLab(smallTopology());
  });
  after(() => lab?.stop());

  test('attachments take as long as a drill says, until it is healed', async () => {
    await keep('slow-attach 30s');
    const { interfaceId, attachmentStatus } = await attachNewInterface();
    assert.equal(attachmentStatus, 'attaching');
    // Another drill heals what it broke itself.
    assert.equal((await pointsman('drill', lab.file, 'loss', '1%', '--for', '0.1')).code, 0);
    assert.equal((await pointsman('heal', lab.file)).stdout, 'slow-attach 30s: healed\n');
    await aws('delete-network-interface', '--network-interface-id', interfaceId).catch(() => {});
  });

  test('a full disk is the machine’s own: nothing can be written there, and answers go on', async () => {
    await keep('fill-disk main/a');
    const { command, args } = machineCommand(lab.name, await instanceOf('main/a'));
    const write = () => run(command, [...args, 'sh', '-c', 'echo more > /var/more']);
    assert.notEqual((await write()).code, 0);
    assert.equal(
      (await lab.exec('hub', ['dig', '+short', '@10.1.1.53', 'db.corp.example'])).stdout,
      '192.168.1.20\n',
    );
    await pointsman('heal', lab.file);
    assert.equal((await write()).code, 0);
  });

  test('an instance hears nothing from the metadata service while that is down', async () => {
    const request =
      'exec 3<>/dev/tcp/169.254.169.254/80; printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3; timeout "$0" cat <&3';
    const ask = async (seconds = 60) =>
      (await lab.exec('hub', ['bash', '-c', request, String(seconds)])).stdout;
    // Without a token it is refused, by a service that is there.
    assert.match(await ask(), /^HTTP\/1\.1 401 /);
    await keep('metadata-down');
    assert.equal(await ask(3), '');
    await pointsman('heal', lab.file);
    assert.match(await ask(), /^HTTP\/1\.1 401 /);
  });

  test('Ctrl-C heals what was broken, and ends with the report', async () => {
    const running = startCommand(['drill', lab.file, 'freeze', 'main/a', '--for', '300', '--json']);
    await untilHub('10.1.1.53', false);
    running.process.kill('SIGINT');
    assert.deepEqual(await running.exited, { code: 0, signal: null });
    assert.equal((running.events[0] as { drill?: string } | undefined)?.drill, 'freeze main/a');
    await untilHub('10.1.1.53', true);
  });

  test('a drill that is killed leaves nothing broken behind', async () => {
    const running = startCommand(['drill', lab.file, 'freeze', 'main/a', '--for', '300', '--json']);
    await untilHub('10.1.1.53', false);
    running.process.kill('SIGKILL');
    await running.exited;
    await untilHub('10.1.1.53', true);
  });

  /** Breaks it and leaves it broken. */
  async function keep(words: string): Promise<void> {
    const { code, stderr } = await pointsman(
      'drill',
      lab.file,
      ...words.split(' '),
      '--for',
      '0.1',
      '--keep',
      '--json',
    );
    assert.equal(code, 0, stderr);
  }

  /** Until a member answers a client of hub, or answers it no more: three seconds' silence is no busy machine's. The test's time-out is the limit. */
  async function untilHub(address: string, answers: boolean): Promise<void> {
    const command = ['dig', '+short', '+time=1', '+tries=3', `@${address}`, 'db.corp.example'];
    while (((await lab.exec('hub', command)).code === 0) !== answers);
  }

  function aws(...args: string[]) {
    return callAws(runAws, lab.aws, 'ec2', ...args);
  }

  async function instanceOf(member: string): Promise<string> {
    const filter = `Name=tag:Name,Values=${member}`;
    const { Reservations } = await aws('describe-instances', '--filters', filter);
    return Reservations[0].Instances[0].InstanceId;
  }

  async function attachNewInterface() {
    const instanceId = await instanceOf('main/a');
    const { Reservations } = await aws('describe-instances', '--instance-ids', instanceId);
    const { SubnetId } = Reservations[0].Instances[0];
    const { NetworkInterface } = await aws('create-network-interface', '--subnet-id', SubnetId);
    const interfaceId: string = NetworkInterface.NetworkInterfaceId;
    await aws(
      ...['attach-network-interface', '--network-interface-id', interfaceId],
      ...['--instance-id', instanceId, '--device-index', '2'],
    );
    const { NetworkInterfaces } = await aws(
      'describe-network-interfaces',
      '--network-interface-ids',
      interfaceId,
    );
    return { interfaceId, attachmentStatus: NetworkInterfaces[0].Attachment.Status };
  }
});
