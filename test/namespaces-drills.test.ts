import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { machineCommand } from '../packages/lab/src/namespaces/fabric/index.ts';
import { runAws } from './system/aws.ts';
import { pointsman, run } from './system/command.ts';
import { copyTopology, type RunningLab, skipWithoutLab, startLab } from './system/lab.ts';
import { startCommand } from './system/running.ts';

type Report = {
  drill: string;
  startedAt: string;
  events: { at_ms: number; what: string }[];
  answeredAgain_ms: Record<string, number>;
  load: { asked: number; answered: number; late: number; lost: number };
};

describe('drills', { skip: skipWithoutLab, timeout: 300_000 }, () => {
  let lab: RunningLab;
  before(async () => {
    lab = await startLab(copyTopology('examples/acme/hybrid.yaml'));
    // Hosts that do not wait five seconds for a server: the load goes by what it finds there.
    for (const network of ['shared', 'orders', 'billing', 'sydney'])
      await lab.exec(network, ['sh', '-c', 'echo options timeout:1 attempts:2 >> /etc/resolv.conf']);
  });
  after(() => lab?.stop());

  const drill = async (words: string, seconds: number): Promise<Report> => {
    const { code, stdout, stderr } = await pointsman(
      ...['drill', lab.file, ...words.split(' '), '--for', String(seconds), '--json'],
    );
    assert.equal(code, 0, `${words}: ${stdout} ${stderr}`);
    const report = JSON.parse(stdout) as Report;
    assert.equal(report.drill, words);
    assert.deepEqual(Object.keys(report).sort(), [
      'answeredAgain_ms',
      'drill',
      'events',
      'load',
      'startedAt',
    ]);
    assert.ok(Math.abs(Date.parse(report.startedAt) - Date.now()) < 300_000);
    const { asked, answered, late, lost } = report.load;
    assert.ok(asked > 0 && asked === answered + lost && late <= answered, JSON.stringify(report.load));
    const times = report.events.map(({ at_ms }) => at_ms);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    return report;
  };
  const says = ({ events }: Report, pattern: RegExp) =>
    assert.ok(
      events.some(({ what }) => pattern.test(what)),
      `${pattern} in ${JSON.stringify(events)}`,
    );

  test('a member that is killed: its death is told, its clients wait for the next one, and it answers again when it is healed', async () => {
    const report = await drill('kill main/a', 2);
    says(report, /^main\/a is gone/);
    says(report, /^10\.10\.1\.53 is silent to/);
    assert.ok(report.answeredAgain_ms['10.10.1.53']! > 1000);
    assert.ok(report.load.late > 0);
  });

  test('a member that stands still is silent, and goes on where it was', async () => {
    const report = await drill('freeze main/b', 2);
    says(report, /^10\.10\.2\.53 is silent to/);
    assert.ok(report.answeredAgain_ms['10.10.2.53']! > 1000);
  });

  test('an availability zone that fails takes its member with it, and no other', async () => {
    const report = await drill('zone ap-southeast-2a', 2);
    assert.ok(report.answeredAgain_ms['10.10.1.53']! > 1000);
    assert.ok(report.load.late > 0);
    assert.ok(!report.events.some(({ what }) => /^10\.10\.[23]\.53 is silent/.test(what)));
  });

  test('a link that fails is noticed by the members, who find the servers behind it again', async () => {
    const report = await drill('link shared-sydney', 6);
    says(report, /^main\/[abc] finds 192\.168\.[12]\.53 down/);
    assert.ok(Object.keys(report.answeredAgain_ms).some((address) => address.startsWith('192.168.')));
  });

  test('a server that says nothing any more is noticed by those who ask it', async () => {
    const report = await drill('upstream 192.168.1.53', 2);
    says(report, /^192\.168\.1\.53 is silent to/);
    assert.ok(report.answeredAgain_ms['192.168.1.53']! > 1000);
    assert.equal(report.load.lost, 0);
  });

  test('lost packets make answers late', async () => {
    const { load } = await drill('loss 30%', 3);
    assert.ok(load.late + load.lost > 0);
  });

  test('attachments take as long as a drill says, until it is healed', async () => {
    await keep('slow-attach 30s');
    const { interfaceId, attachmentStatus } = await attachNewInterface();
    assert.equal(attachmentStatus, 'attaching');
    assert.match((await pointsman('heal', lab.file)).stdout, /^slow-attach 30s: healed$/m);
    await aws('delete-network-interface', '--network-interface-id', interfaceId).catch(() => {});
  });

  test('a full disk is the machine’s own: nothing can be written there, and answers go on', async () => {
    await keep('fill-disk main/c');
    const { command, args } = machineCommand(lab.name, await instanceOf('main/c'));
    const write = () => run(command, [...args, 'sh', '-c', 'echo more > /var/more']);
    assert.match((await write()).stderr, /No space left/);
    assert.equal(
      (await lab.exec('orders', ['dig', '+short', '@10.10.3.53', 'db.corp.acme.example'])).stdout,
      '192.168.10.20\n',
    );
    await pointsman('heal', lab.file);
    assert.equal((await write()).code, 0);
  });

  test('an instance gets nothing from the metadata service while that is down', async () => {
    const ask = () =>
      lab.exec(
        'orders',
        ['busybox', 'timeout', '5', 'busybox', 'nc', '169.254.169.254', '80'],
        TOKEN_REQUEST,
      );
    assert.match((await ask()).stdout, /^HTTP\/1\.1 200 OK/);
    await keep('metadata-down');
    assert.equal((await ask()).stdout, '');
    await pointsman('heal', lab.file);
    assert.match((await ask()).stdout, /^HTTP\/1\.1 200 OK/);
  });

  test('Ctrl-C heals what was broken, and ends with the report', async () => {
    const running = startCommand(['drill', lab.file, 'freeze', 'main/a', '--for', '300', '--json']);
    await untilOrders('10.10.1.53', false);
    running.process.kill('SIGINT');
    assert.deepEqual(await running.exited, { code: 0, signal: null });
    const [report] = running.events as unknown as Report[];
    assert.equal(report!.drill, 'freeze main/a');
    await untilOrders('10.10.1.53', true);
  });

  test('a drill that is killed leaves nothing broken behind', async () => {
    const running = startCommand(['drill', lab.file, 'freeze', 'main/a', '--for', '300', '--json']);
    await untilOrders('10.10.1.53', false);
    running.process.kill('SIGKILL');
    await running.exited;
    await untilOrders('10.10.1.53', true);
  });

  test('what is no drill is refused, with what there is', async () => {
    const { code, stderr } = await pointsman('drill', lab.file, 'kill', 'main/z');
    assert.equal(code, 2);
    assert.match(stderr, /"main\/z" is no member of the lab; .*main\/a/);
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

  /** Until a member answers a client of orders, or answers it no more. The test's time-out is the limit. */
  async function untilOrders(address: string, answers: boolean): Promise<void> {
    const command = ['dig', '+short', '+time=1', '+tries=1', `@${address}`, 'db.corp.acme.example'];
    while (((await lab.exec('orders', command)).code === 0) !== answers);
  }

  async function aws(...args: string[]) {
    const { code, stdout, stderr } = await runAws(lab.aws, 'ec2', ...args);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
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

const TOKEN_REQUEST = [
  'PUT /latest/api/token HTTP/1.1',
  'Host: 169.254.169.254',
  'X-aws-ec2-metadata-token-ttl-seconds: 60',
  'Connection: close',
  '',
  '',
].join('\r\n');
