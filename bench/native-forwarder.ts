import { readFile } from 'node:fs/promises';
import { parseForwarderConfig } from '@pointsman/core/config';
import { startForwarder } from '@pointsman/forwarder';

/** The forwarder on a given UDP transport: `node native-forwarder.ts CONFIG.json mmsg|dgram`. */

const [path, transport] = process.argv.slice(2);
if (path === undefined || (transport !== 'mmsg' && transport !== 'dgram')) {
  console.error('usage: native-forwarder.ts CONFIG.json mmsg|dgram');
  process.exit(2);
}
const parsed = parseForwarderConfig(JSON.parse(await readFile(path, 'utf8')));
if (!parsed.ok) {
  console.error(parsed.problems.map((problem) => `${problem.path}: ${problem.message}`).join('\n'));
  process.exit(2);
}
const forwarder = await startForwarder(parsed.config, { workers: 1, transport });
console.log(JSON.stringify({ event: 'ready' }));
process.once('SIGTERM', () => forwarder.stop());
