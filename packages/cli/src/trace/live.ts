import { type Message, rcodeName, rdataToText } from '@pointsman/core/dns';
import type { Hop, Model, Trace, TracedRecord } from '@pointsman/core/verify';
import { ask, planWorld, type WorldPlan } from '@pointsman/lab';

/** The same path on a running world: every question of a trace that is a packet, really asked, from where it would come. */
export type LiveTrace = {
  hops: LiveHop[];
  /** The place in `hops` of the first that is not as it was proven. */
  firstDifference: number | null;
  /** False where the world did not answer at all: it does not run. */
  isRunning: boolean;
};

export type LiveHop = Hop & {
  measured?: Measured;
  ms?: number;
  /** Whether what was measured is what was proven; absent where either is not known. */
  agrees?: boolean;
};

export type Measured = { rcode: string; answers: TracedRecord[] } | 'silent';

/** Longer than any forwarder of ours lets its clients wait. */
const PATIENCE = 4000;

export async function walkLive(model: Model, trace: Trace, port: number): Promise<LiveTrace> {
  const world = planWorld(model.topology, model.plan, port);
  const hops: LiveHop[] = [];
  for (const [index, hop] of trace.hops.entries()) {
    const source = sourceOf(trace.hops, index);
    const server =
      hop.address && placeIn(world, model.findPlace(hop.address, networkOf(model, world, source)));
    const from = source && loopbackOf(world, model, source);
    hops.push(server && from ? await measureHop(hop, server, from, port) : hop);
  }
  const first = hops.findIndex(({ agrees }) => agrees === false);
  return {
    hops,
    firstDifference: first < 0 ? null : first,
    isRunning: hops.some(({ measured }) => measured !== undefined && measured !== 'silent'),
  };
}

async function measureHop(hop: Hop, address: string, source: string, port: number): Promise<LiveHop> {
  const { name, type } = hop;
  const reply = await ask({ server: { address, port }, source, name, type, patience: PATIENCE });
  const measured: Measured = reply.ok ? inRecords(reply.message) : 'silent';
  return {
    ...hop,
    measured,
    ms: Math.round(reply.ms * 100) / 100,
    ...(hop.says === undefined ? {} : { agrees: isSame(hop.says, measured) }),
  };
}

function inRecords({ rcode, answers }: Message): Exclude<Measured, 'silent'> {
  return {
    rcode: rcodeName(rcode),
    answers: answers.map(({ name, type, ttl, data }) => ({ name, type, ttl, data: rdataToText(type, data) })),
  };
}

/** Whatever the order of records; TTLs count down in caches. */
function isSame(proven: Measured, measured: Measured): boolean {
  const keyOf = (said: Measured) =>
    said === 'silent'
      ? said
      : [said.rcode, ...said.answers.map(({ name, type, data }) => `${name} ${type} ${data}`).sort()].join();
  return keyOf(proven) === keyOf(measured);
}

type Source = { network: string } | { subject: string; address: string };

/** Who asks at a hop: a client, or the server that the latest hop above it has asked. */
function sourceOf(hops: readonly Hop[], index: number): Source | undefined {
  const { at, depth } = hops[index]!;
  if (depth === 0) return { network: at.slice('networks/'.length) };
  const above = hops.slice(0, index).findLast((hop) => hop.depth === depth - 1 && hop.asks === at);
  return above?.address === undefined ? undefined : { subject: at, address: above.address };
}

function networkOf(model: Model, world: WorldPlan, source: Source | undefined): string {
  if (!source) return world.clients[0]!.network;
  if ('network' in source) return source.network;
  const places = [
    ...world.forwarders.map((each) => ({ ...each, subject: `forwarders/${each.name}` })),
    ...world.authorities.map((each) => ({ ...each, subject: `authorities/${each.name}` })),
    ...world.resolvers.map((each) => ({ ...each, subject: `resolvers/${each.network}` })),
  ];
  return (
    places.find(({ subject }) => subject === source.subject)?.network ?? model.topology.networks[0]!.name
  );
}

function loopbackOf(world: WorldPlan, model: Model, source: Source): string | undefined {
  if ('network' in source) return world.clients.find(({ network }) => network === source.network)?.loopback;
  return placeIn(world, { address: source.address, network: networkOf(model, world, source) });
}

/** The loopback address of whatever stands at an address of a network. */
function placeIn(
  world: WorldPlan,
  { address, network }: { address: string; network: string | undefined },
): string | undefined {
  const all = [
    ...world.resolvers,
    ...world.forwarders,
    ...world.authorities.flatMap((each) =>
      each.servers.map((server) => ({ ...server, network: each.network })),
    ),
    ...world.outside.map((each) => ({ ...each, network: undefined })),
  ];
  return all.find((each) => each.address === address && each.network === network)?.loopback;
}
