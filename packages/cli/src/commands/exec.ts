import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { suggestion } from '@pointsman/core/topology';
import { commandOn, findLab, findMachine, type LabRecord } from '@pointsman/lab';
import { type Command, Option } from 'commander';
import { labOf } from '../find-lab.ts';
import { Outcome } from '../outcome.ts';
import { OWN_COMMAND } from '../own-command.ts';
import { ranInOwnLab } from '../own-lab.ts';

const AFTER_HELP = `
Runs a command on a machine of a lab that \`pointsman up --world namespaces\` runs: with --from on the client host of a network. It has got its address and its
/etc/resolv.conf by DHCP, so programs ask as they would there:

  sudo pointsman exec hybrid.yaml --from orders -- getent hosts db.corp.example
  sudo pointsman exec hybrid.yaml --from sydney -- dig cloud.example MX
  sudo pointsman exec hybrid.yaml --from orders -- bash

With --on it runs on the machine that has a member's address now, or on any instance:

  sudo pointsman exec hybrid.yaml --on main/a -- ip rule
  sudo pointsman exec hybrid.yaml --on main/a -- pointsman agent status          # in a lab with --agents
  sudo pointsman exec hybrid.yaml --on i-0123456789abcdef0 -- tail -f /var/log/console.log

What is written behind -- is for the command; \`pointsman\` there is this program. Its exit code is passed on; 128 and the signal's number where a signal ended it.
`;

export function addExec(program: Command): void {
  program
    .command('exec')
    .description('run a command on a machine of a lab in network namespaces')
    .argument('<file>', 'the topology that runs')
    .argument('<command...>', 'the command and its arguments, behind --')
    .addOption(new Option('--from <network>', 'on the client host of this network').conflicts('on'))
    .option('--on <member>', 'on the machine of this member (TIER/MEMBER), or on this instance')
    .addHelpText('after', AFTER_HELP)
    .action(exec);
}

async function exec(
  file: string,
  command: string[],
  { from, on }: { from?: string; on?: string },
): Promise<void> {
  if (from === undefined && on === undefined)
    throw new Outcome(
      2,
      'say where: --from NETWORK for its client host, or --on TIER/MEMBER for the machine of a member',
    );
  const lab = await labOf(file, {});
  if (await ranInOwnLab(lab)) return;
  const { record, channel } = await findLab(lab, () => {});
  channel.close();
  const machine = on === undefined ? clientHost(record, from!) : await findMachine(lab, on);
  process.exitCode = await runInForeground(commandOn(record, machine, withOwnProgram(command)));
}

function clientHost({ lab, clients }: LabRecord, network: string): string {
  const host = clients.find((each) => each.network === network);
  if (host) return host.machine;
  const names = clients.map((each) => each.network);
  throw new Outcome(
    2,
    `there is no network "${network}" in the lab of ${lab}; ${suggestion(network, names, 'network')}`,
  );
}

/** Machines see this program where it is, but have it on no PATH. */
function withOwnProgram([program, ...args]: readonly string[]): string[] {
  return program === 'pointsman' ? [...OWN_COMMAND, ...args] : [program!, ...args];
}

/** It has our terminal, and gets Ctrl-C itself. Gives its exit code. */
async function runInForeground([program, ...args]: readonly [string, ...string[]]): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit' });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal!];
}
