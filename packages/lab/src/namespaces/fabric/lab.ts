/** What the parts of a fabric share: the model, and what runs of it. */
import type { FabricInstance } from '@pointsman/cloud';
import type { Commands } from './commands.ts';
import { createDhcpServer, type DhcpServer } from './dhcp/server.ts';
import { FabricError } from './fabric-error.ts';
import type { Keeper } from './machines/keeper.ts';
import type { Machine } from './machines/machine.ts';
import type { Model, Network } from './model.ts';
import { namespaceOf } from './names.ts';
import { oneByOne } from './one-by-one.ts';
import { createRouter, type Router } from './router.ts';

export type Lab = {
  readonly name: string;
  readonly folder: string;
  readonly visible: readonly string[];
  /** Bytes. */
  readonly diskSize: number;
  readonly commands: Commands;
  readonly model: Model;
  readonly keeper: Keeper;
  readonly routers: Map<string, RunningNetwork>;
  readonly instances: Map<string, Instance>;
  /** What changes a machine, or the interfaces in it, is done one after the other: by the machine's ID. */
  readonly turns: Map<string, ReturnType<typeof oneByOne>>;
  /** For interfaces, bridges and ends of links: from 1, none twice. */
  nextNumber: number;
};

export type RunningNetwork = { readonly router: Router; readonly dhcp: DhcpServer };

/** `machine`: undefined while it is stopped. */
export type Instance = { spec: InstanceSpec; machine: Machine | undefined };

export type InstanceSpec = Pick<
  FabricInstance,
  'id' | 'primaryInterfaceId' | 'userData' | 'metadataHopLimit'
> & {
  hostName?: string;
};

export function networkOf(lab: Lab, networkId: string): Network {
  return lab.model.networks.get(networkId) ?? missing('network', networkId);
}

export function runningOf(lab: Lab, networkId: string): RunningNetwork {
  return lab.routers.get(networkId) ?? missing('network', networkId);
}

export async function startNetwork(lab: Lab, network: Network): Promise<void> {
  const router = await createRouter(lab.commands, lab.model, network, `pm-${lab.name}`);
  const dhcp = createDhcpServer(lab.commands, lab.model, network, `${lab.folder}/networks/${network.id}`);
  lab.routers.set(network.id, { router, dhcp });
}

/** Brings routers to the model: of these networks, or all. */
export async function applyTo(lab: Lab, networkIds: Iterable<string> = lab.routers.keys()): Promise<void> {
  await Promise.all([...networkIds].map((id) => runningOf(lab, id).router.apply()));
}

/** Does something to a machine when all that was asked before is done. */
export function inTurnOf<T>(lab: Lab, machineId: string, action: () => Promise<T>): Promise<T> {
  const turns = lab.turns.get(machineId) ?? oneByOne();
  lab.turns.set(machineId, turns);
  return turns(action);
}

export function machineNamespace(lab: Lab, machineId: string): string {
  return namespaceOf(lab.name, machineId);
}

export function missing(what: string, id: string): never {
  throw new FabricError(`there is no ${what} ${id} in the lab`);
}
