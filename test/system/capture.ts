import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Questions of DNS that crossed a network namespace, as tcpdump saw them: `10.20.0.10 > 10.10.1.53`. */
export type Capture = {
  /** Who asked whom for the name. */
  questionsFor: (name: string) => Set<string>;
  stop: () => Promise<void>;
};

const QUESTION = /\bIP6? (\S+)\.\d+ > (\S+)\.53: \d+\S* (?:\[\S+\] )*[A-Z0-9]+\? (\S+)\.? /;

/** Listens at all interfaces of a namespace; resolves when it does. */
export async function startCapture(namespace: string): Promise<Capture> {
  const args = ['netns', 'exec', namespace, 'tcpdump', '-n', '-l', '--immediate-mode', '-i', 'any'];
  const child = spawn('ip', [...args, 'udp', 'dst', 'port', '53'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const started = new Promise<void>((resolve) => {
    child.stderr.on('data', () => complaints.includes('listening on') && resolve());
  });
  await Promise.race([started, exited]);
  if (child.exitCode !== null) throw new Error(`tcpdump: ${complaints}`);
  return {
    questionsFor: (name) => {
      const found = new Set<string>();
      for (const line of output.split('\n')) {
        const [, from, to, asked] = QUESTION.exec(line) ?? [];
        if (asked?.replace(/\.$/, '').toLowerCase() === name.replace(/\.$/, '')) found.add(`${from} > ${to}`);
      }
      return found;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
