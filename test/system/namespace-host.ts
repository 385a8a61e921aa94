import { randomBytes } from 'node:crypto';
import { type RunCommand, runCommand } from '@pointsman/host';

/** A real host of the tests: a network namespace of its own, with interfaces eth0, eth1, … that lead nowhere. */
export type NamespaceHost = { name: string; run: RunCommand; remove: () => Promise<void> };

/** Needs root. The far ends of the interfaces are in the same namespace, and go with it. */
export async function makeNamespaceHost(macs: readonly string[]): Promise<NamespaceHost> {
  const name = `pointsman-${randomBytes(5).toString('hex')}`;
  await mustRun('ip', 'netns', 'add', name);
  const remove = () => mustRun('ip', 'netns', 'del', name);
  const run: RunCommand = (argv) => runCommand(['ip', 'netns', 'exec', name, ...argv]);
  try {
    await mustRun('ip', '-n', name, 'link', 'set', 'dev', 'lo', 'up');
    for (const [index, mac] of macs.entries()) {
      const pair = ['type', 'veth', 'peer', 'name', `far${index}`];
      await mustRun('ip', '-n', name, 'link', 'add', 'name', `eth${index}`, 'address', mac, ...pair);
      await mustRun('ip', '-n', name, 'link', 'set', 'dev', `far${index}`, 'up');
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { name, run, remove };
}

async function mustRun(...argv: string[]): Promise<void> {
  const { code, stderr } = await runCommand(argv);
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
}
