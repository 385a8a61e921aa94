import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { drillLab, findMachine } from '@pointsman/lab';
import { machineCommand, readMachineFile } from '@pointsman/lab/namespaces';
import { type AddressWatch, watchAddresses } from './address-watch.ts';
import { run } from './command.ts';
import { type RunningLab, startLab, writeTopology } from './lab.ts';

/** A lab of agents that is drilled: three members in three availability zones, with a spare in each, and two client hosts that know all three. */
export type DrilledAgents = {
  lab: RunningLab;
  scaling: AutoScalingClient;
  watch: AddressWatch;
  /** Drills for so many milliseconds; what a failing address was is in the message. Resolves when all of them answer again. */
  drill: (words: string, ms: number) => Promise<Report>;
  /** Resolves when each group has all its instances in service. */
  whole: () => Promise<void>;
  /** The instances in service of an availability zone, such as `a`. */
  inService: (zone: string) => Promise<string[]>;
  holderOf: (member: string) => Promise<string>;
  consoleOf: (machine: string) => string;
  /** SIGKILL. */
  killAgent: (machine: string) => Promise<void>;
  stop: () => Promise<void>;
};

export type Report = Awaited<ReturnType<typeof drillLab>>;

export const ADDRESSES: Readonly<Record<string, string>> = {
  'main/a': '10.1.1.53',
  'main/b': '10.1.2.53',
  'main/c': '10.1.3.53',
};
const REGION = 'eu-west-1';
const TOPOLOGY = `
networks:
  hub:
    kind: vpc
    region: ${REGION}
    cidrs: [10.1.0.0/16]
    subnets:
      a: { cidr: 10.1.1.0/24, availabilityZone: ${REGION}a }
      b: { cidr: 10.1.2.0/24, availabilityZone: ${REGION}b }
      c: { cidr: 10.1.3.0/24, availabilityZone: ${REGION}c }
    resolvers: forwarders/main
  spoke:
    kind: vpc
    region: ${REGION}
    cidrs: [10.2.0.0/16]
    subnets: { c: { cidr: 10.2.1.0/24, availabilityZone: ${REGION}c } }
    resolvers: forwarders/main
links:
  - { kind: peering, between: [hub, spoke] }
zones:
  cloud.example: { kind: private, networks: [hub], records: { www: { A: [10.1.1.80] } } }
forwarders:
  main:
    network: hub
    otherwise: refuse
    spares: 1
    members:
      - { name: a, subnet: a, address: 10.1.1.53 }
      - { name: b, subnet: b, address: 10.1.2.53 }
      - { name: c, subnet: c, address: 10.1.3.53 }
`;
/** Milliseconds: far more than anything takes; and between two looks. */
const PATIENCE = 180_000;
const INTERVAL = 200;

export async function openDrilledAgents(): Promise<DrilledAgents> {
  const lab = await startLab(writeTopology(TOPOLOGY), ['--agents', '--attach', '2', '--detach', '2']);
  const { endpoint, accessKeyId, secretAccessKey } = lab.aws;
  const credentials = { accessKeyId, secretAccessKey };
  const scaling = new AutoScalingClient({ endpoint, region: REGION, credentials });
  const watch = watchAddresses(lab.name, Object.values(ADDRESSES));
  const groups = async () => {
    const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
    return AutoScalingGroups.map(({ AutoScalingGroupName, DesiredCapacity, Instances = [] }) => ({
      name: AutoScalingGroupName!,
      desired: DesiredCapacity!,
      serving: Instances.filter(
        ({ LifecycleState, HealthStatus }) => LifecycleState === 'InService' && HealthStatus === 'Healthy',
      ).map(({ InstanceId }) => InstanceId!),
    }));
  };
  return {
    lab,
    scaling,
    watch,
    drill: async (words, lasts) => {
      const report = await drillLab(lab.name, {
        ...{ words: words.split(' '), lasts, heal: true, tell: () => {} },
        signal: new AbortController().signal,
      });
      assert.deepEqual(report.silent, [], `${words}: ${JSON.stringify(report.events, undefined, 1)}`);
      return report;
    },
    whole: () =>
      until('every group is whole', async () =>
        (await groups()).every(({ desired, serving }) => serving.length === desired),
      ),
    inService: async (zone) =>
      (await groups()).find(({ name }) => name.endsWith(`${REGION}${zone}`))!.serving,
    holderOf: (member) => findMachine(lab.name, member),
    consoleOf: (machine) => readMachineFile(lab.name, machine, '/var/log/console.log'),
    killAgent: async (machine) => {
      const { command, args } = machineCommand(lab.name, machine);
      await run(command, [...args, 'busybox', 'pkill', '-KILL', '-f', 'pointsman.js agent --config']);
    },
    stop: async () => {
      watch.stop();
      scaling.destroy();
      await lab.stop();
    },
  };
}

/** Waits until it is so. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = performance.now() + PATIENCE; performance.now() < end; await delay(INTERVAL))
    if (await isSo()) return;
  assert.fail(`it never came to be that ${what}`);
}
