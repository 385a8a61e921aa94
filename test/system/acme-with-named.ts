import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ROOT } from './command.ts';
import { type EngineName, withEngine } from './engines.ts';
import { freePort } from './free-port.ts';
import { type Named, startNamed } from './named.ts';
import { type RunningWorld, startUp } from './running.ts';

const FOLDER = resolve(ROOT, 'examples/acme');
/** In the loopback world this is 127.0.0.1, the one address there that BIND listens at without more ado. */
const REAL_ADDRESS = '192.0.0.1';
const MEMBERS = ['127.10.1.53', '127.10.2.53', '127.10.3.53'];

/** acme, with a real `named` in the place of the authority's servers, or of the first of two. */
export type AcmeWithNamed = { world: RunningWorld; named: Named; stop: () => Promise<void> };

export async function startAcmeWithNamed(options: {
  engine: EngineName;
  besideStandIn: boolean;
}): Promise<AcmeWithNamed> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-acme-'));
  const file = join(folder, 'hybrid.yaml');
  const addresses = options.besideStandIn ? `${REAL_ADDRESS}, 192.168.2.53` : REAL_ADDRESS;
  const text = readFileSync(join(FOLDER, 'hybrid.yaml'), 'utf8')
    .replaceAll('./zones/', `${FOLDER}/zones/`)
    .replace('cidrs: [192.168.0.0/16]', 'cidrs: [192.168.0.0/16, 192.0.0.0/24]')
    .replace('addresses: [192.168.1.53, 192.168.2.53]', `addresses: [${addresses}]`);
  writeFileSync(file, withEngine(text, options.engine));
  const port = await freePort();
  const named = await startNamed({
    address: '127.0.0.1',
    port,
    zones: {
      'corp.acme.example': join(FOLDER, 'zones/corp.acme.example.zone'),
      '168.192.in-addr.arpa': join(FOLDER, 'zones/168.192.in-addr.arpa.zone'),
    },
    forwards: {
      'cloud.acme.example': MEMBERS,
      'orders.cloud.acme.example': MEMBERS,
      '10.in-addr.arpa': MEMBERS,
      // BIND asks for the target of an alias itself; elsewhere it would ask the internet.
      'ap-southeast-2.elb.amazonaws.com': MEMBERS,
    },
  });
  const clean = async () => {
    await named.stop();
    rmSync(folder, { recursive: true });
  };
  try {
    const world = await startUp(file, { port });
    const stop = async () => {
      await world.stop();
      await clean();
    };
    return { world, named, stop };
  } catch (error) {
    await clean();
    throw error;
  }
}
