import { test } from 'node:test';
import { freeAddress, parsed } from '../engines/contract/engine-world.ts';
import { startUpstream, until } from '../engines/contract/servers.ts';
import { startProber } from './prober.ts';

test('a prober may be stopped twice, when it has probed and before', async (t) => {
  const upstream = await startUpstream(t, () => 'NXDOMAIN', { address: freeAddress() });
  const rules = [{ suffix: 'corp.example', upstreams: [upstream.endpoint] }];
  const config = parsed({ name: 'probed', listen: ['127.0.0.1:53'], clients: [], rules });
  const unused = startProber(config, undefined);
  unused.stop();
  unused.stop();
  const prober = startProber(config, undefined);
  await until(() => prober.upstreams()[0]?.state === 'up');
  prober.stop();
  prober.stop();
});
