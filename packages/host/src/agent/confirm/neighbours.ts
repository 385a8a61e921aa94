import { setTimeout as delay } from 'node:timers/promises';
import type { RunCommand } from '../interface/index.ts';

type NeighbourJson = { dst: string; lladdr?: string; state: string[] };

/** Milliseconds. The kernel asks three times, a second apart. */
const PATIENCE = 4000;
const PAUSE = 50;

/**
 * Whether a gateway answers on the link now, by ARP or neighbour discovery: a question goes out by the device and an answer comes in by it. (A
 * VPC's router answers nothing else: it cannot be pinged.) One that is known already is asked again, and stays in use meanwhile.
 */
export async function isNeighbourThere(run: RunCommand, device: string, gateway: string): Promise<boolean> {
  const known = await show(run, device, gateway);
  const place = [gateway, 'dev', device];
  if (known?.lladdr === undefined) {
    await run(['ip', 'neighbour', 'replace', ...place, 'use']);
  } else {
    await run(['ip', 'neighbour', 'change', ...place, 'nud', 'probe']);
  }
  const end = performance.now() + PATIENCE;
  while (performance.now() < end) {
    const neighbour = await show(run, device, gateway);
    if (neighbour?.state.some((state) => state === 'REACHABLE' || state === 'PERMANENT')) return true;
    if (neighbour?.state.includes('FAILED')) return false;
    await delay(PAUSE);
  }
  return false;
}

async function show(run: RunCommand, device: string, gateway: string): Promise<NeighbourJson | undefined> {
  const { code, stdout } = await run(['ip', '-json', 'neighbour', 'show', gateway, 'dev', device]);
  return code === 0 && stdout.trim() !== '' ? (JSON.parse(stdout) as NeighbourJson[])[0] : undefined;
}
