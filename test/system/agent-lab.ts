import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { TestContext } from 'node:test';
import {
  type Cloud,
  createCloud,
  type MetadataFaults,
  NO_DELAYS,
  NO_METADATA_FAULTS,
  startCloud,
  systemClock,
} from '@pointsman/cloud';
import { formatEndpoint } from '@pointsman/core/address';
import {
  compilePrograms,
  type LabFabric,
  machineCommand,
  openFabric,
  PROGRAM_FOLDERS,
  playApi,
  playMetadata,
  readMachineFile,
} from '@pointsman/lab/namespaces';
import { type AgentChanges, bootAgent, bootGroup, OWNER, type Owner } from './agent-machines.ts';
import { type Ask, playUpstream, startClient } from './agent-servers.ts';
import { MEMBERS, makeVpc, type VpcOptions } from './agent-vpc.ts';
import { POINTSMAN, type Result, run } from './command.ts';
import { skipWithout } from './packages.ts';

/** A VPC of real machines, whose agents find their addresses by the cloud's API, as on AWS. */
export type AgentLab = {
  cloud: Cloud;
  fabric: LabFabric;
  metadata: MetadataFaults;
  owner: Owner;
  /** Where the API is for this process. */
  endpoint: string;
  /** Starts an instance with an agent, in an availability zone: `a` or `b`. Resolves to its ID. */
  boot: (zone: string, changes?: AgentChanges) => Promise<string>;
  /** An Auto Scaling group of one in a zone, whose launches wait for the agent's word. */
  bootGroup: (zone: string, name: string, changes?: AgentChanges) => Promise<void>;
  /** Runs a command on a machine, to its end. */
  run: (instanceId: string, command: string, ...args: string[]) => Promise<Result>;
  /** A machine's console. */
  consoleOf: (instanceId: string) => string;
  /** The network namespaces of the VPC's router and of its client. */
  router: string;
  client: { namespace: string; address: string };
  /** Asks a member's address as the client does. */
  ask: Ask;
  /** The instance that has the interface of a member now; undefined: none. */
  holderOf: (member: string) => string | undefined;
  /** The upstream answers. */
  upstream: { answers: boolean };
  /** Those of a member's interface. */
  addressesOf: (member: string) => string[];
  /** What a member is to serve: `corp.example`, and one more zone for each further rule, `z1.example` and so on. */
  configurationOf: (member: string, rules?: number) => string;
  /** Puts it where agents read it unless they are told otherwise. */
  configure: (member: string, rules?: number) => Promise<void>;
};

export { documentedPolicy, REGION } from './agent-machines.ts';
export { MEMBERS };

const UPSTREAM = '10.10.0.2';
const SUBNETS: Readonly<Record<string, string>> = { a: '10.10.1', b: '10.10.2' };
const CLIENT = '10.10.3.10';

/** For a test's `skip`. */
export const skipWithoutLab =
  process.getuid?.() === 0
    ? skipWithout('ip', 'nft', 'dnsmasq', 'udhcpc', 'busybox', 'nsenter')
    : 'needs root, for network namespaces';

/** Ends with the test, or with the suite whose `after` is given. `policy`: of the instances' role. */
export async function openAgentLab(
  t: Pick<TestContext, 'after'>,
  policy: string,
  { members = Object.keys(MEMBERS), dualStack = false }: Partial<VpcOptions> = {},
): Promise<AgentLab> {
  const lab = `agents-${process.pid}-${randomInt(1000)}`;
  // The fabric removes what is in it.
  t.after(() => rmSync(`/run/pointsman/labs/${lab}`, { recursive: true, force: true }));
  const compiled = compilePrograms(['native', 'bind'], [process.execPath, POINTSMAN]);
  const fabric = await openFabric({ lab, visible: PROGRAM_FOLDERS });
  t.after(fabric.close);
  const cloud = createCloud({
    fabric,
    clock: systemClock,
    faults: { ...NO_DELAYS },
    onFailure: (error) => console.error(error),
  });
  cloud.identity.putRole({ account: OWNER.account, name: 'agent', policies: [policy] });
  const keys = [OWNER];
  const api = await startCloud(cloud, { address: '127.0.0.1', port: 0, keys });
  t.after(async () => {
    cloud.core.background.stop();
    await api.stop();
  });
  const { vpcId, subnets, groupId, cidrs } = await makeVpc(cloud, { members, dualStack });
  const router = fabric.routerNamespace(vpcId);
  const metadata = { ...NO_METADATA_FAULTS };
  const played = [
    playApi(cloud, api, fabric.routerNamespace),
    playMetadata(cloud, metadata, fabric.routerNamespace),
  ];
  for (const each of played) {
    t.after(each.stop);
    await each.settled();
  }
  const upstream = { answers: true };
  await playUpstream(t, { namespace: router, address: UPSTREAM }, upstream);
  const { id, ipv6 } = subnets.c!;
  const addresses = ipv6 === undefined ? [CLIENT] : [CLIENT, `${ipv6}10`];
  await fabric.putHost({ id: 'client', subnetId: id, addresses, name: 'client' });
  const namespace = fabric.machineNamespace('client');
  await compiled;
  let nextHost = 100;
  const interfaceOf = (member: string) =>
    [...cloud.state.now().interfaces.values()].find(({ tags }) => tags['pointsman:member'] === member)!;
  const addressesOf = (member: string) => {
    const { addresses, ipv6Addresses } = interfaceOf(member);
    return [...addresses, ...ipv6Addresses];
  };
  const configurationOf = (member: string, rules = 1) =>
    JSON.stringify({
      name: member,
      listen: addressesOf(member).map((address) => formatEndpoint(address, 53)),
      clients: cidrs,
      rules: Array.from({ length: rules }, (_, index) => ({
        suffix: index === 0 ? 'corp.example' : `z${index}.example`,
        upstreams: [UPSTREAM],
      })),
      cache: { bytes: 2 ** 21 },
      deadline: 700,
    });
  return {
    cloud,
    fabric,
    metadata,
    owner: OWNER,
    endpoint: api.endpoint,
    upstream,
    router,
    client: { namespace, address: CLIENT },
    ask: await startClient(t, namespace, addresses),
    addressesOf,
    configurationOf,
    boot: (zone, changes) =>
      bootAgent(
        cloud,
        { subnetId: subnets[zone]!.id, groupId, address: `${SUBNETS[zone]}.${nextHost++}` },
        changes,
      ),
    bootGroup: (zone, name, changes) =>
      bootGroup(cloud, { name, subnetId: subnets[zone]!.id, groupId }, changes),
    run: (id, ...command) => {
      const enter = machineCommand(lab, id);
      return run(enter.command, [...enter.args, ...command]);
    },
    consoleOf: (id) => readConsole(lab, id),
    holderOf: (member) => interfaceOf(member).attachment?.instanceId,
    configure: async (member, rules = 1) => {
      await cloud.parameters.PutParameter(
        {
          Name: `/pointsman/acme/main/${member}`,
          Type: 'String',
          Overwrite: true,
          Tier: 'Advanced',
          Value: configurationOf(member, rules),
        },
        OWNER,
      );
    },
  };
}

/** Empty of a machine that is not there, or not yet. */
function readConsole(lab: string, instanceId: string): string {
  try {
    return readMachineFile(lab, instanceId, '/var/log/console.log');
  } catch {
    return '';
  }
}
