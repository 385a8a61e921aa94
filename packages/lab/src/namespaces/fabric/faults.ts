import { open, rm } from 'node:fs/promises';
import { applyTo, type Lab, missing } from './lab.ts';
import type { LabFabric } from './lab-fabric.ts';
import { setClock } from './machines/clock.ts';
import { type Machine, machineFolder } from './machines/machine.ts';
import { argumentsOf, namespaceOfProcess, processesIn, signal, wakeEntrants } from './processes.ts';

type Faults = Pick<
  LabFabric,
  | 'setZone'
  | 'setLoss'
  | 'freezeMachine'
  | 'thawMachine'
  | 'fillDisk'
  | 'emptyDisk'
  | 'killProcesses'
  | 'setClock'
>;

export function faults(lab: Lab): Faults {
  const running = (machineId: string): Machine =>
    lab.instances.get(machineId)?.machine ?? missing('running machine', machineId);
  const filler = (machineId: string) => {
    if (!lab.instances.has(machineId)) missing('machine', machineId);
    // The disk is mounted in the keeper's mount namespace only. Beside what the machine sees of it: a link that the machine made would lead us into the host's files.
    return `/proc/${lab.keeper.pid}/root${machineFolder(lab.folder, machineId)}/disk/filler`;
  };
  return {
    async setZone(availabilityZone, state) {
      if (state === 'down') lab.model.failedZones.add(availabilityZone);
      else lab.model.failedZones.delete(availabilityZone);
      await applyTo(lab);
    },
    async setLoss(loss) {
      lab.model.loss = loss;
      await applyTo(lab);
    },
    freezeMachine(machineId) {
      const machine = running(machineId);
      machine.isFrozen = true;
      freeze(machine.init);
    },
    thawMachine(machineId) {
      const machine = running(machineId);
      for (const pid of processesOf(machine.init)) signal(pid, 'SIGCONT');
      const namespace = namespaceOfProcess(machine.init, 'pid');
      if (namespace !== undefined) wakeEntrants(namespace);
      machine.isFrozen = false;
    },
    async fillDisk(machineId) {
      const file = await open(filler(machineId), 'a');
      try {
        for (;;) await file.write(BLOCK);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    async emptyDisk(machineId) {
      await rm(filler(machineId), { force: true });
    },
    killProcesses(machineId, isMeant) {
      const meant = processesOf(running(machineId).init).filter((pid) => isMeant(argumentsOf(pid)));
      for (const pid of meant) signal(pid, 'SIGKILL');
      return meant.length;
    },
    async setClock(machineId, ms) {
      running(machineId);
      await setClock(machineFolder(lab.folder, machineId), ms);
    },
  };
}

/** Until none is left that a running one had started meanwhile. */
function freeze(init: number): void {
  const stopped = new Set<number>();
  for (;;) {
    const running = processesOf(init).filter((pid) => !stopped.has(pid));
    if (running.length === 0) return;
    for (const pid of running) {
      signal(pid, 'SIGSTOP');
      stopped.add(pid);
    }
  }
}

function processesOf(init: number): number[] {
  const namespace = namespaceOfProcess(init, 'pid');
  return namespace === undefined ? [] : processesIn(new Set([namespace]), 'pid');
}

const BLOCK = Buffer.alloc(64 * 1024);
