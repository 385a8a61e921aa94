import { type Forwarder, startForwarder } from '@pointsman/forwarder';
import type { FromMember, ToMember } from './member-messages.ts';

/**
 * One member of a tier, in a process of its own: it is told its configuration, serves, and ends when it is told to, or when the lab is
 * gone. A terminal sends Ctrl-C to the lab's whole process group, and the lab decides what that means.
 */

let forwarder: Forwarder | undefined;

process.on('SIGINT', () => {});
process.on('SIGTERM', end);
process.on('disconnect', end);
process.on('message', (message: ToMember) => {
  if (message.kind === 'start') void start(message);
  else if (message.kind === 'stats') void report(message.request);
  else void end();
});

async function start({ config }: Extract<ToMember, { kind: 'start' }>): Promise<void> {
  process.title = `pointsman member ${config.name}`;
  try {
    forwarder = await startForwarder(config, { workers: 1, onCrash: die });
    tell({ kind: 'started', transport: forwarder.transport });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    tell({ kind: 'failed', code: code ?? 'unknown', message });
    process.disconnect();
  }
}

async function report(request: number): Promise<void> {
  if (!forwarder) return;
  // A forwarder that is just ending has no figures any more.
  const stats = await forwarder.stats().catch(() => undefined);
  if (stats) tell({ kind: 'stats', request, stats });
}

function die(error: Error): void {
  console.error(error.message);
  process.exit(1);
}

async function end(): Promise<void> {
  await forwarder?.stop();
  process.exit();
}

function tell(message: FromMember): void {
  if (process.connected) process.send!(message);
}
