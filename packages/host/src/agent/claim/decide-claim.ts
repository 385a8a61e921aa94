import type { Attachment, HolderState, MemberInterface } from '../cloud/address-cloud.ts';
import type { HostFitness } from '../fitness.ts';
import { type ClaimProblem, findCandidates } from './candidates.ts';
import { unfitnessOf, whyStay } from './let-go.ts';

/**
 * What a host does next about the fixed address of a member: one decision from what is seen now. All that matters is in the cloud and in
 * the kernel, so an agent that was killed anywhere goes on where it was. Memory holds only since when things have been so.
 *
 * Invariants:
 * - The kernel decides whether this host has an interface; the cloud decides who may get it, and its rule of one attachment is the fence.
 * - Nothing is detached from an instance that is alive, but by that instance itself; and by those that serve still not from all at once.
 */
export function decideClaim(memory: ClaimMemory, view: ClaimView, now: number): Decision {
  const { candidates, problems } = findCandidates(view.interfaces, view.host);
  const held = candidates.find(({ mac }) => view.macs.has(mac)) ?? findDoubtful(view);
  const doubts = [...unfitnessOf(held, view), ...doubtsOf(candidates, view)];
  const next = { ...memory, since: stillSince(memory.since, doubts, now) };
  const step = held ? stepOfHolder(held, next, view, now) : stepOfClaimant(candidates, next, view, now);
  return { memory: next, step, candidates, problems };
}

/** Which this host has, though its tags are wrong now, such as two of one member: a mistake in tags takes no answers away. */
function findDoubtful({ interfaces, macs, host }: ClaimView): MemberInterface | undefined {
  return interfaces.find(
    ({ mac, member, attachment }) =>
      macs.has(mac) &&
      member !== undefined &&
      (host.member === undefined || member === host.member) &&
      attachment?.instanceId === host.instanceId,
  );
}

export type Host = {
  tier: string;
  member: string | undefined;
  instanceId: string;
  availabilityZone: string;
  vpcId: string;
};

export type ClaimView = {
  host: Host;
  fitness: HostFitness;
  /** The MAC addresses of the interfaces that the kernel has. */
  macs: ReadonlySet<string>;
  interfaces: readonly MemberInterface[];
  /** Other instances that interfaces of the tier are attached to. */
  holders: ReadonlyMap<string, HolderState>;
};

export type ClaimMemory = {
  /** Since when each thing has been seen without interruption, milliseconds; by `doubtsOf` and `unfitnessOf`. */
  since: ReadonlyMap<string, number>;
  /** The last call that the cloud took on: what it changes may not be seen yet. */
  lastCall: { key: string; at: number } | undefined;
  /** Calls that failed in a row, and when the next one may be made. */
  failures: number;
  notBefore: number;
  /** Where an interface is attached: 1 or more, 0 being the primary one. */
  deviceIndex: number;
};

export const NO_MEMORY: ClaimMemory = {
  since: new Map(),
  lastCall: undefined,
  failures: 0,
  notBefore: 0,
  deviceIndex: 1,
};

export type Decision = {
  memory: ClaimMemory;
  step: ClaimStep;
  /** What this host may take, and what is wrong with the rest. */
  candidates: MemberInterface[];
  problems: ClaimProblem[];
};

export type ClaimStep =
  /** `despite`: it should let go, and why it does not yet. */
  | { do: 'hold'; interface: MemberInterface; despite?: string }
  | { do: 'attach'; interface: MemberInterface; key: string }
  | {
      do: 'detach';
      interface: MemberInterface;
      attachmentId: string;
      force: boolean;
      key: string;
      why: string;
    }
  /** `brisk`: something is on its way. */
  | { do: 'wait'; pace: 'calm' | 'brisk'; why: string };

/** Milliseconds that a detach, or an attach to this host, may take before it is forced to an end. */
const FORCE_AFTER = 8000;
const STUCK_AFTER = 30_000;
/**
 * For so long an instance has to fail its status checks, or be unknown, before it counts as dead. That it is impaired is EC2's own verdict, after checks of its own
 * that failed: twice seen is enough.
 */
const IMPAIRED_FOR = 1000;
const MISSING_FOR = 60_000;
/** For so long the cloud has to say that another one has what the kernel here has: longer than it lags. */
const CONTRADICTED_FOR = 10_000;
/** The same call is not made again before this: its effect may not be seen yet. */
const SAME_CALL_AFTER = 5000;

function stepOfHolder(held: MemberInterface, memory: ClaimMemory, view: ClaimView, now: number): ClaimStep {
  const { attachment } = held;
  const isMine = attachment?.instanceId === view.host.instanceId;
  if (attachment && !isMine && hasLasted(memory, `elsewhere ${attachment.id}`, CONTRADICTED_FOR, now)) {
    return { do: 'wait', pace: 'calm', why: `${held.id} is attached to ${attachment.instanceId} now` };
  }
  if (view.fitness === 'fit') return { do: 'hold', interface: held };
  const stay = whyStay(held, view);
  const isBegun = attachment?.state === 'detaching';
  if (!isBegun && !hasLasted(memory, stay.since, stay.for, now))
    return { do: 'hold', interface: held, despite: stay.why };
  if (!isMine)
    return { do: 'wait', pace: 'brisk', why: `${held.id} is to be released, and not described yet` };
  return detach(held, attachment, 'this host lets go of it', memory, now);
}

function stepOfClaimant(
  candidates: readonly MemberInterface[],
  memory: ClaimMemory,
  view: ClaimView,
  now: number,
): ClaimStep {
  const mine = candidates.find(({ attachment }) => attachment?.instanceId === view.host.instanceId);
  if (mine) return stepOfArriving(mine, mine.attachment!, memory, now);
  if (view.fitness !== 'fit')
    return { do: 'wait', pace: 'calm', why: 'this host is not fit to have an address' };
  const free = candidates.find(({ attachment }) => attachment === undefined);
  if (free) return unlessTooSoon({ do: 'attach', interface: free, key: `attach ${free.id}` }, memory, now);
  for (const each of candidates) {
    const { attachment } = each;
    const why = attachment && whyDead(attachment, view, memory, now);
    if (attachment && why !== undefined) return detach(each, attachment, why, memory, now);
  }
  const isMoving = candidates.some(({ attachment }) => attachment?.state === 'detaching');
  return isMoving
    ? { do: 'wait', pace: 'brisk', why: 'an interface is being detached' }
    : {
        do: 'wait',
        pace: 'calm',
        why: candidates.length > 0 ? 'every address has its host: stands by' : 'nothing to take',
      };
}

/** The cloud says that it is attached here, and the kernel does not have it (yet). */
function stepOfArriving(
  mine: MemberInterface,
  attachment: Attachment,
  memory: ClaimMemory,
  now: number,
): ClaimStep {
  const isStuck = hasLasted(memory, `arriving ${attachment.id}`, STUCK_AFTER, now);
  if (isStuck && attachment.state !== 'detaching')
    return detach(mine, attachment, 'it has not arrived here', memory, now, true);
  if (attachment.state === 'detaching') return detach(mine, attachment, 'it is being detached', memory, now);
  return { do: 'wait', pace: 'brisk', why: `${mine.id} is being attached` };
}

/** Why the instance that an interface is attached to is dead or dying; undefined where it is not. */
function whyDead(
  { id, instanceId }: Attachment,
  { holders }: ClaimView,
  memory: ClaimMemory,
  now: number,
): string | undefined {
  const state = holders.get(instanceId);
  if (state === 'ended') return `${instanceId} has ended or is about to`;
  if (state === 'impaired' && hasLasted(memory, `impaired ${id}`, IMPAIRED_FOR, now))
    return `${instanceId} fails its status checks`;
  if (state === 'missing' && hasLasted(memory, `missing ${id}`, MISSING_FOR, now))
    return `${instanceId} is not known`;
  return undefined;
}

/** Asked for once without force; one that hangs is forced. */
function detach(
  each: MemberInterface,
  { id, state }: Attachment,
  why: string,
  memory: ClaimMemory,
  now: number,
  force = false,
): ClaimStep {
  const hangs = hasLasted(memory, `detaching ${id}`, FORCE_AFTER, now);
  if (state === 'detaching' && !hangs)
    return { do: 'wait', pace: 'brisk', why: `${each.id} is being detached` };
  const forced = force || hangs;
  const key = `${forced ? 'force' : 'detach'} ${id}`;
  return unlessTooSoon(
    { do: 'detach', interface: each, attachmentId: id, force: forced, key, why },
    memory,
    now,
  );
}

function unlessTooSoon<Step extends ClaimStep & { key: string }>(
  step: Step,
  { notBefore, lastCall }: ClaimMemory,
  now: number,
): ClaimStep {
  if (now < notBefore) return { do: 'wait', pace: 'brisk', why: 'the last call failed: tries again later' };
  const isRepeated = lastCall?.key === step.key && now - lastCall.at < SAME_CALL_AFTER;
  return isRepeated ? { do: 'wait', pace: 'brisk', why: 'the last call has no effect yet' } : step;
}

/** What counts only if it stays so for a while. */
function doubtsOf(candidates: readonly MemberInterface[], view: ClaimView): string[] {
  return candidates.flatMap(({ mac, attachment }) => {
    if (!attachment) return [];
    const { id, instanceId, state } = attachment;
    const here = view.macs.has(mac);
    const isMine = instanceId === view.host.instanceId;
    return [
      ...(here && !isMine ? [`elsewhere ${id}`] : []),
      ...(!here && isMine ? [`arriving ${id}`] : []),
      ...(state === 'detaching' ? [`detaching ${id}`] : []),
      ...(isMine ? [] : [`${view.holders.get(instanceId)} ${id}`]),
    ];
  });
}

function stillSince(
  before: ReadonlyMap<string, number>,
  keys: readonly string[],
  now: number,
): ReadonlyMap<string, number> {
  return new Map(keys.map((key) => [key, before.get(key) ?? now]));
}

function hasLasted({ since }: ClaimMemory, key: string, milliseconds: number, now: number): boolean {
  return now - (since.get(key) ?? now) >= milliseconds;
}
