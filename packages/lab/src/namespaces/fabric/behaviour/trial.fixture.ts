/** A lab for one test file, with what its tests put into it again and again. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { FabricInterface, FabricPermission } from '@pointsman/cloud';
import { skipWithout } from '../../../../../../test/system/packages.ts';
import { type LabFabric, machineCommand, openFabric, removeLab } from '../index.ts';
import { defaultFolder } from '../names.ts';

/** For a test's `skip`. */
export const skipWithoutRoot =
  process.getuid?.() === 0
    ? skipWithout('ip', 'nft', 'dnsmasq', 'udhcpc', 'busybox', 'nsenter')
    : 'needs root, for network namespaces';

/** Names of labs that no other process has. */
export function trialName(suffix = 'a'): string {
  return `trial-${process.pid}-${suffix}`;
}

export const EVERYTHING: FabricPermission = { protocol: '-1', cidrs: ['0.0.0.0/0', '::/0'], groupIds: [] };

export type Trial = { name: string; fabric: LabFabric };

export async function openTrial(suffix = 'a', visible: readonly string[] = []): Promise<Trial> {
  const name = trialName(suffix);
  const fabric = await openFabric({ lab: name, visible, diskSize: 4 * 2 ** 20 });
  return { name, fabric: { ...fabric, close: () => removeTrial(name) } };
}

/** Removes all of it, and the folder that other parts of a lab would keep their files in too. */
export async function removeTrial(name: string): Promise<void> {
  await removeLab(name);
  await rm(dirname(defaultFolder(name)), { recursive: true, force: true });
}

/** A VPC `vpc-N` of 10.N.0.0/16 with `subnet-N` of 10.N.1.0/24, IPv6 beside it, and a group `sg-N` that lets everything through. */
export async function putVpc({ fabric }: Trial, number: number): Promise<void> {
  const id = `vpc-${number}`;
  await fabric.putVpc({
    ...{ id, region: 'ap-southeast-2', dnsSupport: true, dnsHostnames: true },
    ...{ cidrs: [`10.${number}.0.0/16`], ipv6Cidrs: [`2001:db8:${number}::/56`] },
  });
  await fabric.putSubnet({
    ...{ id: `subnet-${number}`, vpcId: id, availabilityZone: `zone-${number}` },
    ...{ cidr: `10.${number}.1.0/24`, ipv6Cidr: `2001:db8:${number}::/64` },
  });
  await fabric.putSecurityGroup({
    id: `sg-${number}`,
    vpcId: id,
    ingress: [EVERYTHING],
    egress: [EVERYTHING],
  });
}

/** The interface `eni-N-H` at 10.N.1.H and 2001:db8:N::H, in `subnet-N` and `sg-N` unless told otherwise. */
export async function putInterface(
  { fabric }: Trial,
  number: number,
  host: number,
  changes: Partial<FabricInterface> = {},
): Promise<FabricInterface> {
  const digits = [number, host].map((each) => each.toString(16).padStart(2, '0')).join(':');
  const wanted: FabricInterface = {
    ...{ id: `eni-${number}-${host}`, subnetId: `subnet-${number}`, mac: `02:00:00:00:${digits}` },
    ...{ addresses: [`10.${number}.1.${host}`, `2001:db8:${number}::${host}`] },
    ...{ securityGroupIds: [`sg-${number}`], sourceDestCheck: true, ...changes },
  };
  await fabric.putInterface(wanted);
  return wanted;
}

/** The instance `i-N-H` behind `eni-N-H`. */
export async function startInstance(
  trial: Trial,
  number: number,
  host: number,
  userData?: string,
): Promise<string> {
  const id = `i-${number}-${host}`;
  await putInterface(trial, number, host);
  await trial.fabric.startInstance({
    ...{ id, vpcId: `vpc-${number}`, subnetId: `subnet-${number}`, availabilityZone: `zone-${number}` },
    primaryInterfaceId: `eni-${number}-${host}`,
    ...(userData === undefined ? {} : { userData: Buffer.from(userData) }),
  });
  return id;
}

/** VPC 1 with instances at .10 and .11, peered with VPC 2, which has one at .10. */
export async function openPeeredTrial(): Promise<Trial> {
  const trial = await openTrial();
  await putVpc(trial, 1);
  await putVpc(trial, 2);
  await trial.fabric.putPeering({ id: 'pcx', vpcIds: ['vpc-1', 'vpc-2'] });
  for (const host of [10, 11]) await startInstance(trial, 1, host);
  await startInstance(trial, 2, 10);
  return trial;
}

/** @returns what the script wrote, both streams. @throws where its exit status is not 0 */
export async function inMachine({ name }: Trial, id: string, script: string): Promise<string> {
  const { command, args } = machineCommand(name, id);
  return new Promise((resolve, reject) => {
    execFile(command, [...args, 'sh', '-euc', script], { timeout: 60_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${id}: ${script}: ${stdout}${stderr}${error.message}`));
      else resolve(stdout + stderr);
    });
  });
}

/** Whether a ping is answered, of ten with a second's patience each. */
export function canPing(trial: Trial, id: string, address: string): Promise<boolean> {
  return ping(trial, id, address, 10);
}

/** Whether a ping goes unanswered for a second. */
export async function cannotPing(trial: Trial, id: string, address: string): Promise<boolean> {
  return !(await ping(trial, id, address, 1));
}

function ping(trial: Trial, id: string, address: string, tries: number): Promise<boolean> {
  const one = `busybox ping -q -c 1 -W 1 ${address}`;
  return inMachine(trial, id, `for try in $(seq ${tries}); do ${one} && exit 0; done; exit 1`).then(
    () => true,
    () => false,
  );
}

/** Waits until it is so; a minute at most. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await wait(20)) if (await isSo()) return;
  throw new Error(`it never came to be that ${what}`);
}
