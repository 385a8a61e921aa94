import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { EngineMetrics } from '@pointsman/host';
import { forkMember, tell } from './fork-member.ts';
import type { FromMember } from './member-messages.ts';
import { MEMBER_ENDED } from './start-failures.ts';
import { WorldError } from './world-error.ts';
import type { WorldForwarder } from './world-plan.ts';

/** A member of a tier, whoever serves it. */
type AnyMember = {
  forwarder: WorldForwarder;
  /** Why it is not there now; undefined while it is. */
  death: () => string | undefined;
  /** Undefined where it is dead, dies meanwhile, or does not say in time. */
  stats: () => Promise<EngineMetrics | undefined>;
};

/** One that is a process, which nobody starts again. */
export type Member = AnyMember & {
  pid: number;
  /** How its engine does UDP, or that it is a `named`. */
  transport: string;
  stop: () => Promise<void>;
};

/** One that agents serve, on whichever machine has its address. */
export type AgentMember = AnyMember & { instanceId: () => string | undefined };

export type WorldMember = Member | AgentMember;

/** Milliseconds that a member has to end by itself when it is told to: it waits for its named in turn. */
const STOP_PATIENCE = 8000;
/** Milliseconds for a member to tell its figures: one that hangs is not waited for, or it would hold up the end of its world. */
const STATS_PATIENCE = 5000;

export type MemberOptions = {
  /** Ends it also in the middle of its start. */
  signal?: AbortSignal | undefined;
  /** A command that runs what is written behind it on the member's machine; without one that is ours. */
  enter?: readonly [string, ...string[]] | undefined;
};

/**
 * Starts the process of one member.
 * @throws WorldError where it cannot serve; its process has ended then
 */
export async function startMember(
  forwarder: WorldForwarder,
  { signal, enter }: MemberOptions = {},
): Promise<Member> {
  const child = forkMember(enter);
  let complaints = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  const exited: Promise<Exit> = once(child, 'exit').then(
    ([code, signal]) => ({
      why: signal ? `killed by ${signal}` : lastLine(complaints) || `ended with code ${code}`,
    }),
    // It could not even be started.
    (error: Error) => ({ why: error.message }),
  );
  const stop = async () => {
    tell(child, { kind: 'stop' });
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE);
    await exited;
    clearTimeout(timer);
  };
  signal?.addEventListener('abort', stop, { once: true });
  const outcome = await startedOrNot(child, exited, forwarder);
  signal?.removeEventListener('abort', stop);
  if (!outcome.ok) {
    await exited;
    throw new WorldError(outcome.code, outcome.message);
  }
  let death: string | undefined;
  void exited.then(({ why }) => {
    death = why;
  });
  return {
    forwarder,
    pid: child.pid!,
    transport: outcome.transport,
    death: () => death,
    stats: makeStats(child, exited),
    stop,
  };
}

/** `why`: in words. */
type Exit = { why: string };
type Started = { ok: true; transport: string } | { ok: false; code: string; message: string };

function startedOrNot(
  child: ChildProcess,
  exited: Promise<Exit>,
  forwarder: WorldForwarder,
): Promise<Started> {
  return new Promise((resolve) => {
    child.once('message', (message: FromMember) => {
      if (message.kind === 'started') resolve({ ok: true, transport: message.transport });
      if (message.kind === 'failed') resolve({ ok: false, code: message.code, message: message.message });
    });
    void exited.then(({ why }) => resolve({ ok: false, code: MEMBER_ENDED, message: why }));
    tell(child, { kind: 'start', engine: forwarder.engine, config: forwarder.config });
  });
}

function makeStats(child: ChildProcess, exited: Promise<unknown>): Member['stats'] {
  const waiting = new Map<number, (stats: EngineMetrics | undefined) => void>();
  let requests = 0;
  let isGone = false;
  child.on('message', (message: FromMember) => {
    if (message.kind === 'stats') waiting.get(message.request)?.(message.stats);
  });
  // The channel of a process that has exited may still be open for a moment: nobody would answer.
  void exited.then(() => {
    isGone = true;
    for (const resolve of waiting.values()) resolve(undefined);
  });
  return async () => {
    if (isGone || !child.connected) return undefined;
    const request = ++requests;
    const { promise, resolve } = Promise.withResolvers<EngineMetrics | undefined>();
    waiting.set(request, resolve);
    const timer = setTimeout(() => resolve(undefined), STATS_PATIENCE);
    tell(child, { kind: 'stats', request });
    const stats = await promise;
    clearTimeout(timer);
    waiting.delete(request);
    return stats;
  };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
