import assert from 'node:assert/strict';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { bindUdp, connectTcp, listenTcp } from '@pointsman/forwarder/namespace';
import { openTrial, putVpc, skipWithoutRoot, startInstance, type Trial } from './trial.fixture.ts';

const SERVER = '192.168.1.53';

/** VPC 1 ─ site by VPN; a server is played at the site. */
describe('a server that is played on a router', { skip: skipWithoutRoot }, () => {
  let trial: Trial;
  before(async () => {
    trial = await openTrial();
    await putVpc(trial, 1);
    await startInstance(trial, 1, 10);
    await trial.fabric.putSite({ id: 'site', cidrs: ['192.168.0.0/16'], ipv6Cidrs: [] });
    await trial.fabric.putLink({ id: 'vpn', between: ['vpc-1', 'site'] });
    await trial.fabric.putRouterAddress('site', SERVER);
  });
  after(() => trial.fabric.close());

  async function udpServer(t: TestContext): Promise<void> {
    const server = await bindUdp({
      namespace: trial.fabric.routerNamespace('site'),
      address: SERVER,
      port: 53,
    });
    t.after(() => server.close());
    server.on('message', (message, { port, address }) => server.send(message, port, address));
  }

  async function clientOf(t: TestContext): Promise<Socket> {
    const client = await bindUdp({
      namespace: trial.fabric.machineNamespace('i-1-10'),
      address: '10.1.1.10',
      port: 0,
    });
    t.after(() => client.close());
    return client;
  }

  /** Asks until there is an answer: `tries` times, 200 ms apart. */
  async function isAnswered(client: Socket, tries: number): Promise<boolean> {
    for (let count = 0; count < tries; count++) {
      client.send('x', 53, SERVER);
      const answer = once(client, 'message', { signal: AbortSignal.timeout(200) });
      if (
        await answer.then(
          () => true,
          () => false,
        )
      )
        return true;
    }
    return false;
  }

  it('answers over UDP and TCP from its own address, and is silent while it is down', async (t) => {
    await udpServer(t);
    const client = await clientOf(t);
    assert.ok(await isAnswered(client, 100));
    await trial.fabric.setRouterAddress('site', SERVER, 'down');
    assert.equal(await isAnswered(client, 3), false);
    await trial.fabric.setRouterAddress('site', SERVER, 'up');
    assert.ok(await isAnswered(client, 100));
    const server = createServer((connection) => connection.end('over TCP'));
    t.after(() => server.close());
    await listenTcp(server, { namespace: trial.fabric.routerNamespace('site'), address: SERVER, port: 53 });
    const from = { namespace: trial.fabric.machineNamespace('i-1-10'), address: '10.1.1.10', port: 0 };
    const connection = connectTcp(from, { address: SERVER, port: 53 });
    const [data] = await once(connection, 'data', { signal: AbortSignal.timeout(30_000) });
    assert.equal(String(data), 'over TCP');
  });

  it('is not reached on port 53 over a link that does not let it through', async (t) => {
    await udpServer(t);
    const client = await clientOf(t);
    await trial.fabric.setLink('vpn', { port53: ['tcp'] });
    assert.equal(await isAnswered(client, 3), false);
    await trial.fabric.setLink('vpn', { port53: ['udp', 'tcp'] });
    assert.ok(await isAnswered(client, 100));
  });

  it('is not heard where all packets are lost', async (t) => {
    await udpServer(t);
    const client = await clientOf(t);
    await trial.fabric.setLoss(1);
    assert.equal(await isAnswered(client, 3), false);
    await trial.fabric.setLoss(0);
    assert.ok(await isAnswered(client, 100));
  });

  it('is gone with its address', async () => {
    await trial.fabric.deleteRouterAddress('site', SERVER);
    const namespace = trial.fabric.routerNamespace('site');
    await assert.rejects(bindUdp({ namespace, address: SERVER, port: 53 }), { code: 'EADDRNOTAVAIL' });
    await assert.rejects(
      trial.fabric.setRouterAddress('site', SERVER, 'down'),
      /no router address 192\.168\.1\.53/,
    );
  });
});
