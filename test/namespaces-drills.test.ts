import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AWS, awsArguments, awsEnvironment, runAws } from './system/aws.ts';
import { pointsman, run } from './system/command.ts';
import { copyTopology, type RunningLab, skipWithoutLab, startLab } from './system/lab.ts';

type Report = {
  drill: string;
  startedAt: string;
  events: { at_ms: number; what: string }[];
  answeredAgain_ms: Record<string, number>;
  load: { asked: number; answered: number; late: number; lost: number; slowest_ms: number };
};

describe('drills', { skip: skipWithoutLab, timeout: 900_000 }, () => {
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

  test('a member with a wrong route is silent, though its machine is well', async () => {
    const report = await drill('bad-route main/a', 2);
    says(report, /^10\.10\.1\.53 is silent to/);
    assert.ok(report.answeredAgain_ms['10.10.1.53']! > 1000);
  });

  test('two members are lost at once: the third one answers, and a machine that boots anew serves again', async () => {
    const report = await drill('kill main/a and reboot main/b', 2);
    says(report, /^main\/a is gone/);
    says(report, /^main\/b is gone/);
    assert.ok(report.answeredAgain_ms['10.10.1.53']! > 1000);
    assert.ok(report.load.slowest_ms > 1000);
  });

  test('the API refuses and hangs until it is healed', async () => {
    const { code, stderr } = await pointsman(
      ...['drill', lab.file, 'api-throttle', '100%', 'and', 'stuck-detach', '--for', '0.1', '--keep'],
    );
    assert.equal(code, 0, stderr);
    const once = { env: { ...awsEnvironment(lab.aws), AWS_MAX_ATTEMPTS: '1' } };
    const refused = await run(AWS, awsArguments(lab.aws, ['ec2', 'describe-vpcs']), once);
    assert.match(refused.stderr, /RequestLimitExceeded/);
    assert.match(
      (await pointsman('heal', lab.file)).stdout,
      /^stuck-detach: healed\napi-throttle 100%: healed$/m,
    );
    assert.equal((await runAws(lab.aws, 'ec2', 'describe-vpcs')).code, 0);
  });

  test('what a lab without agents cannot lose is said', async () => {
    const { code, stderr } = await pointsman('drill', lab.file, 'kill-agent', 'main/a');
    assert.notEqual(code, 0);
    assert.match(stderr, /no agent runs on the machine of main\/a/);
  });

  test('an availability zone that fails takes its member with it, and no other', async () => {
    const report = await drill('zone ap-southeast-2a', 2);
    assert.ok(report.answeredAgain_ms['10.10.1.53']! > 1000);
    assert.ok(report.load.late > 0);
    const kept = await pointsman('drill', lab.file, 'zone', 'ap-southeast-2a', '--for', '0.1', '--keep');
    assert.equal(kept.code, 0, kept.stderr);
    const isAnswered = async (member: string, tries: number) =>
      (await lab.exec('sydney', ['dig', `+tries=${tries}`, `@${member}`, 'ad1.corp.acme.example'])).code ===
      0;
    assert.equal(await isAnswered('10.10.1.53', 1), false);
    for (const member of ['10.10.2.53', '10.10.3.53']) assert.ok(await isAnswered(member, 5), member);
    assert.match((await pointsman('heal', lab.file)).stdout, /^zone ap-southeast-2a: healed$/m);
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
    // There is another server. What a busy machine holds up for seconds is lost all the same.
    assert.ok(report.load.lost * 10 < report.load.asked, JSON.stringify(report.load));
  });

  test('lost packets make answers late', async () => {
    const { load } = await drill('loss 30%', 3);
    assert.ok(load.late + load.lost > 0);
  });

  test('what is no drill is refused, with what there is', async () => {
    const { code, stderr } = await pointsman('drill', lab.file, 'kill', 'main/z');
    assert.equal(code, 2);
    assert.match(stderr, /"main\/z" is no member of the lab; .*main\/a/);
  });
});
