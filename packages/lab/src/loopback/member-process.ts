import { type Engine, type LogLine, loadEngine } from '@pointsman/host/engines';
import { startMemberEngine } from './member-engine.ts';
import type { FromMember, ToMember } from './member-messages.ts';

/**
 * One member of a tier, in a process of its own: it is told its configuration, serves, and ends when it is told to, or when the lab is
 * gone. A terminal sends Ctrl-C to the lab's whole process group, and the lab decides what that means.
 */

let engine: Engine | undefined;
/** An engine that is ended in the middle of its start takes the process down with it (SIGSEGV): so the end waits for the start. */
let starting: Promise<void> = Promise.resolve();
let isEnding = false;

process.on('SIGINT', () => {});
process.on('SIGTERM', end);
process.on('disconnect', end);
process.on('message', (message: ToMember) => {
  if (message.kind === 'start') starting = start(message);
  else if (message.kind === 'load') starting = loadEngine(message.engine);
  else if (message.kind === 'stats') void report(message.request);
  else void end();
});
// The lab was gone before anybody listened for that.
if (!process.connected) void end();

async function start({ engine: kind, config }: Extract<ToMember, { kind: 'start' }>): Promise<void> {
  if (isEnding) return;
  process.title = `pointsman member ${config.name}`;
  try {
    engine = await startMemberEngine(kind, config, { workers: 1, log: complain, onFailure: die });
    if (!isEnding) tell({ kind: 'started', transport: engine.transport });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    tell({ kind: 'failed', code: code ?? 'unknown', message });
    process.disconnect();
  }
}

async function report(request: number): Promise<void> {
  if (!engine) return;
  // An engine that is just ending has no figures any more.
  const stats = await engine.metrics().catch(() => undefined);
  if (stats) tell({ kind: 'stats', request, stats });
}

/** The lab tells the last of it when this process dies. */
function complain({ level, message }: LogLine): void {
  if (level === 'error') console.error(message);
}

function die(error: Error): void {
  console.error(error.message);
  process.exit(1);
}

async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await starting;
  await engine?.stop();
  process.exit();
}

function tell(message: FromMember): void {
  if (process.connected) process.send!(message);
}
