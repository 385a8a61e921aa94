import { randomBytes } from 'node:crypto';
import type { AwsService, GatedCall } from '@pointsman/aws-wire';
import { type AutoScalingApi, createAutoScaling } from '../auto-scaling/service.ts';
import type { Clock } from '../clock/clock.ts';
import { bindEc2, type Ec2Api, ec2Service } from '../ec2/api.ts';
import { rememberTokens } from '../ec2/client-tokens.ts';
import type { Ec2 } from '../ec2/ec2.ts';
import { type MakeId, randomIds } from '../ec2/ids.ts';
import { EMPTY_STATE } from '../ec2/model.ts';
import type { Fabric } from '../fabric/fabric.ts';
import { serialFabric } from '../fabric/serial-fabric.ts';
import { accessesIn } from '../identity/accesses/accesses-of.ts';
import { authorizeBy } from '../identity/authorize.ts';
import { createIdentity, type Identity } from '../identity/create-identity.ts';
import { createLoadBalancing, type LoadBalancingApi } from '../load-balancing/service.ts';
import { type FindMachine, findMachines } from '../metadata/find-machines.ts';
import { createObjects, type ObjectsApi } from '../objects/service.ts';
import { createParameters, type ParametersApi } from '../parameters/service.ts';
import { type Background, startBackground } from '../state/background.ts';
import { type CloudFaults, sufferFaults } from '../state/faults.ts';
import { createKeyLocks } from '../state/key-locks.ts';
import { createVersions } from '../state/versions.ts';
import { type DnsNames, dnsNames } from './dns-names.ts';

/** What every service of a cloud works with. */
export type CloudCore = {
  /** Never called concurrently for one ID, whoever calls. */
  fabric: Fabric;
  clock: Clock;
  /** Switches: set them at any time. */
  faults: CloudFaults;
  /** From 0 up to 1. */
  random: () => number;
  makeId: MakeId;
  background: Background;
  /** Told of what no client is to blame for. */
  onFailure: (error: unknown, what: string) => void;
};

export type CloudOptions = {
  fabric: Fabric;
  clock: Clock;
  faults: CloudFaults;
  random?: () => number;
  /** Gives the IDs of new resources; undefined, or one that is taken: a random one. */
  nameIds?: (...of: Parameters<MakeId>) => string | undefined;
  onFailure: (error: unknown, what: string) => void;
};

/** A cloud of all regions and accounts: its services, in this process and for a server. */
export type Cloud = {
  core: CloudCore;
  ec2: Ec2Api;
  autoScaling: AutoScalingApi;
  loadBalancing: LoadBalancingApi;
  /** Roles and their policies, temporary keys, and STS. */
  identity: Identity;
  /** S3. */
  objects: ObjectsApi;
  /** Parameter Store of SSM. */
  parameters: ParametersApi;
  /** What network interfaces and load balancers are called in DNS, for whoever answers that. */
  dnsNames: DnsNames;
  /** Which instance asks, for the metadata service of a VPC. */
  findMachine: FindMachine;
  /** What EC2 keeps, and its changes as they happen. */
  state: Ec2['state'];
  services: readonly AwsService[];
  /** Makes a call suffer from the faults, and lets it pass where the caller may make it: for the server that the services stand in. */
  gate: (call: GatedCall) => void | Promise<void>;
};

export function createCloud(options: CloudOptions): Cloud {
  const { clock, faults } = options;
  const state = createVersions(EMPTY_STATE, { now: clock.now, lag: () => faults.consistencyLag });
  const core = createCore(options, (id) => Object.values(state.now()).some((table) => table.has(id)));
  const ec2 = bindEc2({ ...core, state, locks: createKeyLocks(), tokens: rememberTokens(clock.now) });
  const autoScaling = createAutoScaling(core, ec2, state);
  const loadBalancing = createLoadBalancing(core, ec2, state);
  const identity = createIdentity(core, randomBytes);
  const objects = createObjects(core);
  const parameters = createParameters(core);
  const authorize = authorizeBy({
    ...identity,
    accessesOf: accessesIn({
      ec2: state.now,
      groups: autoScaling.state.now,
      balancing: loadBalancing.state.now,
      parameters: parameters.state.now,
    }),
  });
  return {
    core,
    ec2,
    autoScaling: autoScaling.api,
    loadBalancing: loadBalancing.api,
    dnsNames: dnsNames(state.now, loadBalancing.state.now),
    identity,
    objects: objects.api,
    parameters: parameters.api,
    findMachine: findMachines({ ec2: state.now, groups: autoScaling.state.now, identity, clock }),
    state,
    services: [
      ec2Service(ec2),
      autoScaling.service,
      loadBalancing.service,
      identity.service,
      objects.service,
      parameters.service,
    ],
    gate: async (call) => {
      await sufferFaults(faults, core.random);
      authorize(call);
    },
  };
}

function createCore(
  { fabric, clock, faults, nameIds, onFailure, random = Math.random }: CloudOptions,
  isTaken: (id: string) => boolean,
): CloudCore {
  const pick = randomIds(random);
  return {
    fabric: serialFabric(fabric),
    clock,
    faults,
    random,
    makeId: (prefix, tags) => {
      const named = nameIds?.(prefix, tags);
      return named !== undefined && !isTaken(named) ? named : pick(prefix, tags);
    },
    background: startBackground(clock, onFailure),
    onFailure,
  };
}
