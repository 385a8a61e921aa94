import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { suggestion } from '@pointsman/core/topology';
import type { HostRecord, LabRecord } from '@pointsman/lab/namespaces';
import type { Command } from 'commander';
import { labOf } from '../find-lab.ts';
import { Outcome } from '../outcome.ts';
import { ranInOwnLab } from '../own-lab.ts';

const AFTER_HELP = `
Runs a command on the client host of a network, in a lab that \`pointsman up --world namespaces\` runs. The host has got its address and its
/etc/resolv.conf by DHCP, so programs ask as they would there:

  sudo pointsman exec hybrid.yaml --from orders -- getent hosts db.corp.example
  sudo pointsman exec hybrid.yaml --from sydney -- dig cloud.example MX
  sudo pointsman exec hybrid.yaml --from orders -- bash

What is written behind -- is for the command. Its exit code is passed on; 128 and the signal's number where a signal ended it.
`;

export function addExec(program: Command): void {
  program
    .command('exec')
    .description('run a command as a client host of a network of a lab in network namespaces')
    .argument('<file>', 'the topology that runs')
    .argument('<command...>', 'the command and its arguments, behind --')
    .requiredOption('--from <network>', 'the network whose client host runs it')
    .addHelpText('after', AFTER_HELP)
    .action(exec);
}

async function exec(file: string, command: string[], { from }: { from: string }): Promise<void> {
  const lab = await labOf(file, {});
  if (await ranInOwnLab(lab)) return;
  const { commandOn, findLab } = await import('@pointsman/lab/namespaces');
  const { record, channel } = await findLab(lab, () => {});
  channel.close();
  process.exitCode = await runInForeground(commandOn(record, hostOf(record, from), command));
}

function hostOf({ lab, clients }: LabRecord, network: string): HostRecord {
  const host = clients.find((each) => each.network === network);
  if (host) return host;
  const names = clients.map((each) => each.network);
  throw new Outcome(
    2,
    `there is no network "${network}" in the lab of ${lab}; ${suggestion(network, names, 'network')}`,
  );
}

/** It has our terminal, and gets Ctrl-C itself. Gives its exit code. */
async function runInForeground([program, ...args]: readonly [string, ...string[]]): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit' });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal!];
}
