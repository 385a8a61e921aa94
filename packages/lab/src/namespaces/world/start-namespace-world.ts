import { type CloudFaults, type MetadataFaults, NO_METADATA_FAULTS, USUAL_DELAYS } from '@pointsman/cloud';
import type { Topology } from '@pointsman/core/topology';
import { type EngineKind, missingForBind } from '@pointsman/host';
import type { World } from '../../loopback/start-world.ts';
import { WorldError } from '../../loopback/world-error.ts';
import { makeZoneSets } from '../../loopback/zone-sets.ts';
import { openHostedZones } from '../../route53/hosted-zones.ts';
import { makeLabAgents } from '../agents/lab-agents.ts';
import { noteTopology } from '../control/known-labs.ts';
import { type AwsAccess, controlPath, writeLabRecord } from '../control/lab-record.ts';
import { serveLab } from '../control/serve-lab.ts';
import { makeBreaker } from '../drill/breaker.ts';
import { placesIn } from '../drill/fault-places.ts';
import { findLoadNames } from '../drill/load-names.ts';
import { FabricError, openFabric } from '../fabric/index.ts';
import { amazonZones } from './amazon-zones.ts';
import { type Cleanups, makeCleanups } from './cleanups.ts';
import { findMachines } from './find-machines.ts';
import { takeHold } from './hold.ts';
import { createLabCloud, serveLabCloud } from './lab-cloud.ts';
import { applyFault } from './lab-faults.ts';
import { type LabMembers, makeLabMembers } from './lab-members.ts';
import { makeNetworks } from './make-networks.ts';
import type { NamespacePlan } from './plan.ts';
import { planNamespaces } from './plan-topology.ts';
import { playApi } from './play-api.ts';
import { playMetadata } from './play-metadata.ts';
import { hostedVpcOf, playResolvers } from './play-resolvers.ts';
import { playServers } from './play-servers.ts';
import { compilePrograms, PROGRAM_FOLDERS } from './programs.ts';
import { requireNamespaces } from './requirements.ts';
import { describeWorld } from './world-plan.ts';

/** A topology that runs in network namespaces, behind the cloud's own API. */
export type NamespaceWorld = World & {
  lab: string;
  aws: AwsAccess;
  /** Where agents serve: tells what they and the cloud do, until it is ended by what it gives. */
  watch?: LabMembers['watch'];
};

/** `command`: what runs `pointsman` on a machine, which sees the program's folders at their own places. */
export type LabAgentsChoice = { command: readonly string[] };

export type NamespaceWorldOptions = {
  /** The topology, by its full path. */
  file: string;
  /** Of the cloud's API, on 127.0.0.1. */
  port: number;
  /** A file that keeps what the API of Route 53 changes; without one it is gone with the world. */
  state?: string | undefined;
  /** Given: members are not put on machines, but left to agents there, on instances of Auto Scaling groups. */
  agents?: LabAgentsChoice | undefined;
  /** How the cloud behaves once the lab is up, where it is not as on a usual day. */
  delays?: Partial<Pick<CloudFaults, 'attachDelay' | 'detachDelay'>> | undefined;
  /** Hears what is being done. */
  tell?: ((what: string) => void) | undefined;
  /** Gives up the start. */
  signal?: AbortSignal;
  /** Another command wants the world to end. */
  onEndRequest: () => void;
};

/**
 * Starts the whole of a topology in network namespaces, by the calls of the cloud's API that would make it on AWS. Either all of it or nothing runs.
 * What a lab of this name left that was killed is removed first.
 * @throws WorldError
 */
export async function startNamespaceWorld(
  topology: Topology,
  options: NamespaceWorldOptions,
): Promise<NamespaceWorld> {
  requireNamespaces();
  const plan = planNamespaces(topology);
  requireEngines(plan);
  const cleanups = makeCleanups();
  try {
    return await startWithin(cleanups, topology, plan, options);
  } catch (error) {
    options.tell?.(`removing what was made of ${topology.name}`);
    await cleanups.run().catch((failure: Error) => process.emitWarning(failure));
    throw asWorldError(error as Error, options.port);
  }
}

async function startWithin(
  cleanups: Cleanups,
  topology: Topology,
  plan: NamespacePlan,
  options: NamespaceWorldOptions,
): Promise<NamespaceWorld> {
  const { signal } = options;
  const lab = topology.name;
  const hold = takeHold(lab);
  if (!hold)
    throw new WorldError('runs-already', `a lab of ${lab} runs already; \`pointsman down FILE\` ends it`);
  cleanups.add(hold.release);
  noteTopology(hold.folder, options.file);
  options.tell?.(`making the networks of ${lab}, and machines in them`);
  // Meanwhile the networks are made.
  const compiled = compilePrograms(enginesOf(plan), options.agents?.command);
  const fabric = await openFabric({ lab, visible: PROGRAM_FOLDERS });
  cleanups.add(fabric.close);
  const cloud = createLabCloud(topology, fabric);
  cleanups.add(() => cloud.core.background.stop());
  const amazon = amazonZones(topology, cloud);
  const hosted = openHostedZones(topology, {
    statePath: options.state,
    publicZones: amazon.ofPublic,
    findVpc: (id) => {
      const vpc = cloud.state.now().vpcs.get(id);
      return vpc && hostedVpcOf(vpc);
    },
  });
  cleanups.add(hosted.stop);
  const api = await serveLabCloud(topology, cloud, hosted, options.port);
  cleanups.add(api.stop);
  signal?.throwIfAborted();
  const zoneSets = makeZoneSets(topology, hosted, amazon);
  const metadataFaults: MetadataFaults = { ...NO_METADATA_FAULTS };
  const followed = [
    playResolvers(cloud, zoneSets, fabric.routerNamespace),
    playMetadata(cloud, metadataFaults, fabric.routerNamespace),
    playApi(cloud, api, fabric.routerNamespace),
  ];
  for (const each of followed) cleanups.add(each.stop);
  const networks = await makeNetworks(fabric, cloud, plan, options.agents ? 'groups' : 'instances', signal);
  const world = describeWorld(topology, plan);
  const routerOf = (network: string) => fabric.routerNamespace(networks.idOf(network));
  await playServers(plan, world, zoneSets, routerOf, cleanups);
  for (const each of followed) await each.settled();
  const members = options.agents
    ? makeLabAgents({ lab, cloud, plan, networks, routerOf, ...options.agents, signal })
    : makeLabMembers(lab, cloud, networks.seeded.interfaces, signal);
  cleanups.add(members.stop);
  options.tell?.(
    options.agents
      ? 'waiting for agents to boot, to take the addresses of members, and to stand by'
      : 'starting the members of the tiers',
  );
  await compiled;
  await members.start(world.forwarders);
  hosted.settle();
  Object.assign(cloud.core.faults, USUAL_DELAYS, options.delays);
  const findMachine = findMachines(cloud, networks.seeded.interfaces);
  const breaker = makeBreaker((fault) =>
    applyFault({ lab, plan, fabric, cloud, metadataFaults, networks, members, findMachine }, fault),
  );
  const control = await serveLab(controlPath(hold.folder), {
    plan,
    breaker,
    findMachine,
    watch: members.watch,
    end: options.onEndRequest,
  });
  cleanups.add(control.stop);
  const { aws, endpoint, keys } = api;
  writeLabRecord(hold.folder, {
    ...{ lab, pid: process.pid, aws, keys, clients: networks.hosts, places: placesIn(plan) },
    load: Object.fromEntries(findLoadNames(topology)),
  });
  return {
    plan: world,
    get members() {
      return members.all();
    },
    real: [],
    route53: { ...hosted, endpoint, keys, region: aws.region },
    lab,
    aws,
    ...(options.agents && { watch: members.watch }),
    stop: cleanups.run,
  };
}

function enginesOf({ members }: NamespacePlan): ReadonlySet<EngineKind> {
  return new Set(members.map(({ engine }) => engine));
}

/** @throws WorldError where a tier's engine is not installed here */
function requireEngines({ members }: NamespacePlan): void {
  const first = members.find(({ engine }) => engine === 'bind');
  const missing = first && missingForBind();
  if (missing)
    throw new WorldError(
      'engine-missing',
      `the tier ${first.name.split('/')[0]} cannot run: ${missing}, or give the tier "engine: native"`,
    );
}

/** What cannot be made, in a sentence for the operator. Anything else is a mistake of ours, and stays what it is. */
function asWorldError(error: Error & { code?: string }, port: number): Error {
  if (error instanceof FabricError) return new WorldError('not-made', error.message);
  if (error instanceof WorldError || error.code === undefined) return error;
  if (error.code !== 'EADDRINUSE') return new WorldError(error.code, error.message);
  const message = `the cloud’s API cannot listen at 127.0.0.1 port ${port}: another program has that port (another lab, perhaps); choose another with --port`;
  return new WorldError(error.code, message);
}
