import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from 'node:tls';
import { AWS, runAws } from './system/aws.ts';
import { pointsman, run } from './system/command.ts';
import { dig } from './system/dig.ts';
import { freePort } from './system/free-port.ts';
import { skipWithout } from './system/packages.ts';
import { OWNER, REGION, startZones, type ZoneService } from './system/zones.ts';

/** What `zones serve` does besides the API: HTTPS, metrics, and where aliases to AWS resources lead. */
const BALANCER = 'internal-web-1.eu-central-1.elb.amazonaws.com';

describe('zones serve', { skip: skipWithout(AWS, 'dig', 'openssl'), timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-serve-'));
  const cert = join(folder, 'api.pem');
  const key = join(folder, 'api.key');
  let service: ZoneService;
  let metrics: string;

  before(async () => {
    await makeCertificate('first');
    useCertificate('first');
    metrics = `127.0.0.1:${await freePort()}`;
    service = await startZones(
      ...[
        '--vpc',
        `vpc-main=127.10.0.0/16@${REGION}`,
        '--key',
        `${OWNER.id}:${OWNER.secret}@${OWNER.account}`,
      ],
      ...['--alias-target', `${BALANCER}=10.20.1.5,10.20.2.5`, '--alias-target', `v6.${BALANCER}=fd00::5`],
      ...['--tls-cert', cert, '--tls-key', key, '--metrics', metrics],
    );
  });
  after(async () => {
    await service?.running.stop();
    rmSync(folder, { recursive: true });
  });

  async function makeCertificate(name: string) {
    const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const { code, stderr } = await run('openssl', ['req', '-x509', ...curve, ...files, ...subject]);
    assert.equal(code, 0, stderr);
  }
  function useCertificate(name: string) {
    copyFileSync(join(folder, `${name}.pem`), cert);
    copyFileSync(join(folder, `${name}.key`), key);
  }
  async function servedName(): Promise<string> {
    const { port } = new URL(service.api);
    const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return String(CN);
  }
  async function aws(...args: string[]) {
    const caller = {
      endpoint: service.api,
      region: REGION,
      accessKeyId: OWNER.id,
      secretAccessKey: OWNER.secret,
    };
    const { code, stdout, stderr } = await runAws(caller, '--ca-bundle', cert, 'route53', ...args);
    assert.equal(code, 0, stderr);
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  }
  const scrape = async () => (await fetch(`http://${metrics}/metrics`)).text();

  test('an alias to a load balancer is answered with the addresses that were stated, or by a public zone here', async () => {
    const vpc = `VPCRegion=${REGION},VPCId=vpc-main`;
    const zone = await aws(
      'create-hosted-zone',
      '--name',
      'app.example',
      '--caller-reference',
      '1',
      '--vpc',
      vpc,
    );
    const open = await aws(
      'create-hosted-zone',
      '--name',
      'us-east-1.elb.amazonaws.com',
      '--caller-reference',
      '2',
    );
    const change = (id: string, ...sets: object[]) =>
      aws(
        ...['change-resource-record-sets', '--hosted-zone-id', id, '--change-batch'],
        JSON.stringify({
          Changes: sets.map((ResourceRecordSet) => ({ Action: 'CREATE', ResourceRecordSet })),
        }),
      );
    await change(open.HostedZone.Id, {
      ...{ Name: 'lb.us-east-1.elb.amazonaws.com', Type: 'A', TTL: 30 },
      ResourceRecords: [{ Value: '10.30.1.5' }],
    });
    const alias = (Name: string, Type: string, DNSName: string) => ({
      ...{ Name, Type },
      AliasTarget: { HostedZoneId: 'Z32O12XQLNTSW2', DNSName, EvaluateTargetHealth: true },
    });
    await change(
      zone.HostedZone.Id,
      alias('app.example', 'A', BALANCER),
      alias('app.example', 'AAAA', `v6.${BALANCER}`),
      alias('here.app.example', 'A', 'lb.us-east-1.elb.amazonaws.com'),
      alias('gone.app.example', 'A', 'gone.us-east-1.elb.amazonaws.com'),
    );
    const ask = async (name: string, type: string) => {
      const { status, answers } = await dig({ client: '127.10.0.5', server: service.dns, name, type });
      return [status, ...answers.map(({ ttl, data }) => `${ttl} ${data}`)];
    };
    assert.deepEqual(await ask('app.example', 'A'), ['NOERROR', '60 10.20.1.5', '60 10.20.2.5']);
    assert.deepEqual(await ask('app.example', 'AAAA'), ['NOERROR', '60 fd00::5']);
    assert.deepEqual(await ask('here.app.example', 'A'), ['NOERROR', '30 10.30.1.5']);
    assert.deepEqual(await ask('gone.app.example', 'A'), ['NOERROR']);
  });

  test('metrics count answers and calls, and show the state of each health check', async () => {
    const port = await freePort();
    const config = `Type=TCP,IPAddress=127.10.0.9,Port=${port},FailureThreshold=1,RequestInterval=10`;
    const { HealthCheck } = await aws(
      'create-health-check',
      '--caller-reference',
      'c',
      '--health-check-config',
      config,
    );
    const labels = `{id="${HealthCheck.Id}",type="TCP",endpoint="127.10.0.9:${port}"}`;
    assert.match(
      await scrape(),
      /^pointsman_zones_api_calls_total\{operation="CreateHealthCheck",code="OK"\} 1$/m,
    );
    await until(async () => (await scrape()).includes(`pointsman_zones_health_check_healthy${labels} 0\n`));
    const text = await scrape();
    assert.ok(text.includes(`pointsman_zones_health_check_last_probe_success${labels} 0\n`), text);
    const seen = text.split(`pointsman_zones_health_check_last_probe_timestamp_seconds${labels} `)[1];
    assert.ok(Math.abs(Number.parseFloat(seen!) - Date.now() / 1000) < 300, seen);
    assert.match(text, /^pointsman_zones_health_probe_failures_total [1-9]/m);

    await dig({ client: '127.10.0.5', server: service.dns, name: 'none.app.example', type: 'A' });
    const [address, dnsPort] = service.dns.split(':');
    await run('dig', ['+tcp', '-b', '127.10.0.5', `@${address}`, '-p', dnsPort!, 'app.example', 'SOA']);
    const counted = await scrape();
    assert.match(counted, /^pointsman_zones_dns_responses_total\{transport="udp",rcode="NXDOMAIN"\} [1-9]/m);
    assert.match(counted, /^pointsman_zones_dns_responses_total\{transport="tcp",rcode="NOERROR"\} [1-9]/m);
    assert.match(counted, /^pointsman_zones_hosted_zones [0-9]+$/m);
    assert.equal((await fetch(`http://${metrics}/`)).status, 404);
  });

  test('HTTPS takes a renewed certificate at SIGHUP, and keeps the one before where that is none', async () => {
    assert.match(service.api, /^https:/);
    assert.equal(await servedName(), 'first');
    await makeCertificate('second');
    useCertificate('second');
    service.running.process.kill('SIGHUP');
    await service.running.waitFor(({ event }) => event === 'renewed');
    await until(async () => (await servedName()) === 'second');
    writeFileSync(key, 'no key');
    service.running.process.kill('SIGHUP');
    const { message } = await service.running.waitFor(({ event }) => event === 'error');
    assert.match(
      String(message),
      /the certificate stays the one before: .*api\.pem and .*api\.key are no certificate/,
    );
    assert.equal(await servedName(), 'second');
    await aws('get-hosted-zone-count');
  });

  test('says what is wrong with its certificate or targets, and starts nothing', async () => {
    const places = ['--dns', `127.0.0.1:${await freePort()}`, '--api', `127.0.0.1:${await freePort()}`];
    const wrong: [args: string[], message: RegExp][] = [
      [['--tls-cert', cert], /--tls-cert and --tls-key belong together/],
      [['--tls-cert', join(folder, 'none'), '--tls-key', key], /none: there is no such file/],
      [['--tls-cert', cert, '--tls-key', cert], /are no certificate and its key/],
      [['--alias-target', 'lb.example=10.0.0'], /Write NAME=ADDRESS/],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr } = await pointsman('zones', 'serve', ...places, ...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
  });
});

/** The test's time-out is the limit. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await wait(50);
}
