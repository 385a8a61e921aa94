import { spawn } from 'node:child_process';
import { FabricError } from './fabric-error.ts';
import { LAB_VARIABLE, NAMESPACES } from './names.ts';

/** What is done in one namespace, in this order, by one process: the first thing that fails ends it. */
export type Steps = {
  /** Lines for `ip -batch`. */
  ip?: readonly string[];
  /** Paths below /proc/sys/net, and what is written to them. */
  settings?: Readonly<Record<string, string>>;
  /** A file for `nft -f`, applied whole or not at all. */
  nft?: string;
};

/** The system's commands, run for one lab: what they start carries its mark. All throw FabricError. */
export type Commands = {
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a command to its end, with this on its standard input. @returns what it wrote */
  run(command: string, args: readonly string[], input?: string): Promise<string>;
  runIn(namespace: string, steps: Steps): Promise<void>;
  /** Lines for `ip -batch` in our own namespace. */
  runIp(lines: readonly string[]): Promise<void>;
};

export function createCommands(lab: string): Commands {
  const environment = { PATH, [LAB_VARIABLE]: lab };
  const run: Commands['run'] = (command, args, input = '') => runCommand(command, args, input, environment);
  return {
    environment,
    run,
    async runIn(namespace, steps) {
      const script = scriptOf(steps);
      if (script !== '') await run('nsenter', [`--net=${NAMESPACES}/${namespace}`, 'sh', '-e'], script);
    },
    async runIp(lines) {
      if (lines.length > 0) await run('ip', ['-batch', '-'], lines.join('\n'));
    },
  };
}

function scriptOf({ settings = {}, ip = [], nft }: Steps): string {
  const parts: string[] = [];
  if (ip.length > 0) parts.push(`ip -batch - <<'END'\n${ip.join('\n')}\nEND\n`);
  for (const [path, value] of Object.entries(settings)) parts.push(`echo ${value} > /proc/sys/net/${path}\n`);
  if (nft) parts.push(`nft -f - <<'END'\n${nft}\nEND\n`);
  return parts.join('');
}

function runCommand(
  command: string,
  args: readonly string[],
  input: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // A Ctrl-C in the terminal is for us, who end in order; in a group of its own the command does not hear it.
  const child = spawn(command, args, { stdio: 'pipe', detached: true, env });
  let output = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaint = (complaint + text).slice(-MAX_COMPLAINT);
  });
  // It may end without having read it all; then its complaint says why.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  child.on('error', (error) => reject(new FabricError(`cannot run ${command}: ${error.message}`)));
  child.on('close', (code, signal) => {
    if (code === 0) return resolve(output);
    const reason = complaint.trim() || (signal ? `ended by ${signal}` : `exit status ${code}`);
    reject(new FabricError(`${[command, ...args].join(' ')}: ${reason}`));
  });
  return promise;
}

/** Where Debian keeps what we run: an ordinary user's PATH lacks the half of it. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Characters. */
const MAX_COMPLAINT = 2000;
