import { backoff } from '../backoff.ts';
import type { AddressCloud, MemberInterface } from '../cloud/address-cloud.ts';
import { CloudError } from '../cloud/cloud-error.ts';
import type { HostFitness } from '../fitness.ts';
import type { ClaimProblem } from './candidates.ts';
import { type ClaimMemory, type ClaimStep, type ClaimView, decideClaim, type Host } from './decide-claim.ts';

/** Where an agent looks and acts. */
export type ClaimPorts = {
  cloud: AddressCloud;
  /** The MAC addresses of the kernel's interfaces. */
  macs: () => Promise<ReadonlySet<string>>;
  /** Milliseconds, never backwards. */
  now: () => number;
  /** From 0 to 1. */
  random: () => number;
};

export type Turn = {
  memory: ClaimMemory;
  /** The interface that this host has now. */
  held: MemberInterface | undefined;
  /** Undefined where the cloud could not be read. */
  step: ClaimStep | undefined;
  /** What it may take; undefined where the cloud could not be read. */
  candidates: MemberInterface[] | undefined;
  problems: ClaimProblem[];
  /** Why a call failed. */
  failure: CloudError | undefined;
  /** Milliseconds until the next turn. */
  pause: number;
};

/**
 * Milliseconds: while it holds an address, while it stands by, and while something is on its way. A turn reads interfaces and
 * instances once each, so that a host that stands by takes one of the 20 calls a second that EC2 allows an account of each API in the long run: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
const PAUSES = { hold: 5000, calm: 1000, brisk: 250 };

/**
 * One turn of a claim: looks, decides, and makes one call at most. `remembered`: the interface that this host had, which it has still where
 * the kernel says so and the cloud cannot be read.
 */
export async function takeTurn(
  memory: ClaimMemory,
  remembered: MemberInterface | undefined,
  who: { host: () => Promise<Host>; fitness: HostFitness },
  ports: ClaimPorts,
): Promise<Turn> {
  let seen: Omit<ClaimView, 'macs'>;
  try {
    const host = await who.host();
    seen = { host, fitness: who.fitness, ...(await look(ports.cloud, host)) };
  } catch (error) {
    const failed = afterFailure(memory, asCloudError(error), ports);
    const held = remembered && (await ports.macs()).has(remembered.mac) ? remembered : undefined;
    return { ...failed, held, step: undefined, candidates: undefined, problems: [] };
  }
  // After what the cloud says, which is older than it looks.
  const view = { ...seen, macs: await ports.macs() };
  const { memory: next, step, candidates, problems } = decideClaim(memory, view, ports.now());
  const held = step.do === 'hold' || step.do === 'detach' ? heldNow(step.interface, view) : undefined;
  return { held, step, candidates, problems, ...(await act(step, next, ports)) };
}

async function look(cloud: AddressCloud, host: Host): Promise<Pick<ClaimView, 'interfaces' | 'holders'>> {
  const interfaces = await cloud.findInterfaces();
  const others = interfaces.flatMap(({ attachment }) =>
    attachment && attachment.instanceId !== host.instanceId ? [attachment.instanceId] : [],
  );
  return { interfaces, holders: others.length > 0 ? await cloud.findHolders(others) : new Map() };
}

async function act(
  step: ClaimStep,
  memory: ClaimMemory,
  ports: ClaimPorts,
): Promise<Pick<Turn, 'memory' | 'failure' | 'pause'>> {
  if (step.do === 'hold' || step.do === 'wait') {
    const pace = paceOf(step);
    const pause = PAUSES[pace] * (0.85 + 0.3 * ports.random());
    return { memory: pace === 'brisk' ? memory : { ...memory, failures: 0 }, failure: undefined, pause };
  }
  try {
    if (step.do === 'attach') await ports.cloud.attach(step.interface.id, memory.deviceIndex);
    else await ports.cloud.detach(step.attachmentId, { force: step.force });
  } catch (error) {
    return afterFailure(memory, asCloudError(error), ports);
  }
  const lastCall = { key: step.key, at: ports.now() };
  return { memory: { ...memory, lastCall, failures: 0 }, failure: undefined, pause: PAUSES.brisk };
}

function paceOf(step: Extract<ClaimStep, { do: 'hold' | 'wait' }>): keyof typeof PAUSES {
  if (step.do === 'wait') return step.pace;
  return step.despite === undefined ? 'hold' : 'calm';
}

function afterFailure(
  memory: ClaimMemory,
  failure: CloudError,
  { now, random }: ClaimPorts,
): Pick<Turn, 'memory' | 'failure' | 'pause'> {
  const failures = memory.failures + 1;
  const pause = backoff(failures, random());
  const deviceIndex =
    failure.kind === 'device-taken' ? (memory.deviceIndex % LAST_DEVICE) + 1 : memory.deviceIndex;
  return { memory: { ...memory, failures, deviceIndex, notBefore: now() + pause }, failure, pause };
}

/** The largest instances take 16 interfaces of a network card, the primary one among them. */
const LAST_DEVICE = 15;

function heldNow(each: MemberInterface, { macs }: ClaimView): MemberInterface | undefined {
  return macs.has(each.mac) ? each : undefined;
}

function asCloudError(error: unknown): CloudError {
  if (error instanceof CloudError) return error;
  throw error;
}
