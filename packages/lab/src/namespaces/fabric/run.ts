import { spawn } from 'node:child_process';
import { FabricError } from './fabric-error.ts';
import { NAMESPACES } from './names.ts';

/** Runs a command to its end. @returns what it wrote. @throws FabricError with what it complained of */
export function run(command: string, args: readonly string[], input = ''): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(command, args, { stdio: 'pipe', env: { PATH } });
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

/** What is done in one namespace, in this order, by one process: the first thing that fails ends it. */
export type Steps = {
  /** Lines for `ip -batch`. */
  ip?: readonly string[];
  /** Paths below /proc/sys/net, and what is written to them. */
  settings?: Readonly<Record<string, string>>;
  /** A file for `nft -f`, applied whole or not at all. */
  nft?: string;
};

/** @throws FabricError */
export async function runIn(namespace: string, { settings = {}, ip = [], nft }: Steps): Promise<void> {
  const script: string[] = [];
  if (ip.length > 0) script.push(`ip -batch - <<'END'\n${ip.join('\n')}\nEND`);
  for (const [path, value] of Object.entries(settings)) script.push(`echo ${value} > /proc/sys/net/${path}`);
  if (nft) script.push(`nft -f - <<'END'\n${nft}\nEND`);
  if (script.length === 0) return;
  await run('nsenter', [`--net=${NAMESPACES}/${namespace}`, 'sh', '-e'], `${script.join('\n')}\n`);
}

/** Lines for `ip -batch` in our own namespace. @throws FabricError */
export async function runIp(lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await run('ip', ['-batch', '-'], lines.join('\n'));
}

/** Where Debian keeps what we run: an ordinary user's PATH lacks the half of it. */
export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Characters. */
const MAX_COMPLAINT = 2000;
