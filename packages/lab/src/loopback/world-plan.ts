import { formatEndpoint, parseEndpoint } from '@pointsman/core/address';
import type { ForwarderConfig } from '@pointsman/core/config';
import type { Name } from '@pointsman/core/dns';
import type { Plan, PlannedForwarder } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import type { EngineKind } from '@pointsman/host';
import { type AddressMap, type Move, mapAddresses } from './address-map.ts';

/** The one port of a loopback world, unless another is chosen. */
export const DEFAULT_PORT = 10053;

/** A plan in loopback addresses: all that a world has to start, or that somebody who asks in it has to know. */
export type WorldPlan = {
  port: number;
  clients: WorldClient[];
  resolvers: WorldResolver[];
  authorities: WorldAuthority[];
  forwarders: WorldForwarder[];
  /** Addresses of no network, each played by a public resolver. */
  outside: readonly { address: string; loopback: string }[];
  /** Ranges whose addresses could not keep their form. */
  moves: readonly Move[];
};

/** A place to ask from. */
export type WorldClient = {
  network: string;
  address: string;
  loopback: string;
  /** Whom it asks, in this order: `IP:PORT`. */
  resolvers: string[];
};

export type WorldResolver = {
  network: string;
  address: string;
  loopback: string;
  /** The loopback ranges of its VPC: it answers nobody else. */
  clients: string[];
  zones: readonly Name[];
  publicZones: readonly Name[];
};

export type WorldAuthority = {
  name: string;
  network: string;
  servers: { address: string; loopback: string }[];
  zones: readonly Name[];
  /** Its conditional forwarding, to loopback addresses. */
  forwards: { suffix: Name; upstreams: string[] }[];
};

export type WorldForwarder = {
  /** `TIER/MEMBER`. */
  name: string;
  network: string;
  availabilityZone: string | undefined;
  address: string;
  loopback: string;
  engine: EngineKind;
  config: ForwarderConfig;
};

/** `map`: where the addresses of the plan are on this machine. */
export function planWorld(
  topology: Topology,
  plan: Plan,
  port: number,
  map: AddressMap = mapAddresses(topology, plan),
): WorldPlan {
  const place = (network: string, address: string) => ({
    address,
    loopback: map.ofAddress(address, network),
  });
  return {
    port,
    clients: plan.clients.map(({ network, address, resolvers }) => ({
      network,
      ...place(network, address),
      resolvers: resolvers.map((each) => formatEndpoint(map.ofAddress(each, network), port)),
    })),
    resolvers: plan.resolvers.map(({ network, address, clients, zones, publicZones }) => ({
      network,
      ...place(network, address),
      clients: clients.flatMap(map.ofCidr),
      zones,
      publicZones,
    })),
    authorities: plan.authorities.map(({ name, network, addresses, zones, forwards }) => ({
      name,
      network,
      servers: addresses.map((address) => place(network, address)),
      zones,
      forwards: forwards.map(({ suffix, upstreams }) => ({
        suffix,
        upstreams: upstreams.map((each) => map.ofAddress(each, network)),
      })),
    })),
    forwarders: planForwarders(topology, plan.forwarders, map, port),
    outside: map.outside,
    moves: map.moves,
  };
}

function planForwarders(
  topology: Topology,
  forwarders: readonly PlannedForwarder[],
  map: AddressMap,
  port: number,
): WorldForwarder[] {
  const translate = makeTranslator(map, port);
  const engines = new Map(topology.forwarders.map(({ name, engine }) => [name, engine]));
  return forwarders.map(({ tier, member, network, availabilityZone, address, config }) => ({
    name: `${tier}/${member}`,
    network,
    availabilityZone,
    address,
    loopback: map.ofAddress(address, network),
    engine: engines.get(tier)!,
    config: translate(config, network),
  }));
}

/** A configuration in loopback addresses, every port the world's. Lists that the plan shares stay shared. */
function makeTranslator(
  map: AddressMap,
  port: number,
): (config: ForwarderConfig, network: string) => ForwarderConfig {
  const known = new Map<string, Map<readonly unknown[], unknown[]>>();
  const translateList = <T>(list: readonly T[], network: string, translate: (item: T) => T): T[] => {
    const lists = known.get(network) ?? new Map<readonly unknown[], unknown[]>();
    known.set(network, lists);
    const translated = lists.get(list) ?? [...new Set(list.map(translate))];
    lists.set(list, translated);
    return translated as T[];
  };
  return (config, network) => {
    const endpoint = (text: string) =>
      formatEndpoint(map.ofAddress(parseEndpoint(text)!.address, network), port);
    const endpoints = (list: readonly string[]) => translateList(list, network, endpoint);
    const scope = <T extends Pick<ForwarderConfig, 'clients' | 'rules' | 'otherwise'>>(each: T): T => ({
      ...each,
      clients: each.clients.flatMap(map.ofCidr),
      rules: translateList(each.rules, network, (rule) => ({
        ...rule,
        upstreams: endpoints(rule.upstreams),
      })),
      otherwise:
        each.otherwise === 'refuse'
          ? each.otherwise
          : { ...each.otherwise, upstreams: endpoints(each.otherwise.upstreams) },
    });
    const { views, budgets } = config;
    return {
      ...scope(config),
      listen: endpoints(config.listen),
      ...(views && { views: views.map(scope) }),
      ...(budgets && { budgets: budgets.map((each) => ({ ...each, upstreams: endpoints(each.upstreams) })) }),
    };
  };
}
