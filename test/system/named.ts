import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dig } from './dig.ts';
import { findCommand } from './packages.ts';

/** A real `named`, as a data centre runs it: authoritative for some zones, with conditional forwarding for others. */
export type Named = { process: ChildProcess; address: string; stop: () => Promise<void> };

export type NamedOptions = {
  address: string;
  port: number;
  /** Zone files, by zone. They are copied. */
  zones: Readonly<Record<string, string>>;
  /** Suffix → addresses on the same port. */
  forwards: Readonly<Record<string, readonly string[]>>;
};

const START_PATIENCE = 20_000;

/** Started, and answering for its zones. BIND listens only at addresses that an interface has: of 127.0.0.0/8, at 127.0.0.1. */
export async function startNamed(options: NamedOptions): Promise<Named> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-named-'));
  for (const [zone, file] of Object.entries(options.zones)) copyFileSync(file, join(folder, `${zone}.zone`));
  writeFileSync(join(folder, 'named.conf'), configuration(folder, options));
  const child = spawn(findCommand('named')!, ['-g', '-4', '-n', '1', '-c', join(folder, 'named.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const exited = once(child, 'exit');
  const named: Named = {
    process: child,
    address: options.address,
    stop: async () => {
      // One that was stopped (SIGSTOP) hears nothing else.
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
  const [zone] = Object.keys(options.zones);
  const question = {
    client: options.address,
    server: `${options.address}:${options.port}`,
    name: zone!,
    type: 'SOA',
  };
  const end = performance.now() + START_PATIENCE;
  while (child.exitCode === null && performance.now() < end) {
    const { flags } = await dig({ ...question, options: '+tries=1 +time=1' });
    if (flags.includes('aa')) return named;
  }
  await named.stop();
  throw new Error(`named does not answer:\n${log}`);
}

function configuration(folder: string, { address, port, zones, forwards }: NamedOptions): string {
  const zoneBlocks = Object.keys(zones).map(
    (zone) => `zone "${zone}" { type primary; file "${zone}.zone"; };`,
  );
  const forwardBlocks = Object.entries(forwards).map(([suffix, addresses]) => {
    const servers = addresses.map((each) => `${each} port ${port};`).join(' ');
    return `zone "${suffix}" { type forward; forward only; forwarders { ${servers} }; };`;
  });
  return `
options {
  directory "${folder}";
  pid-file none;
  session-keyfile none;
  listen-on port ${port} { ${address}; };
  listen-on-v6 { none; };
  query-source address ${address};
  recursion yes;
  allow-query { any; };
  allow-recursion { any; };
  dnssec-validation no;
  empty-zones-enable no;
  notify no;
};
controls { };
${zoneBlocks.join('\n')}
${forwardBlocks.join('\n')}
`;
}
