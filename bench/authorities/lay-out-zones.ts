import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runToEnd } from '../running/children.ts';
import { type Shape, zoneFile } from './shapes.ts';

const FILL_STORE = join(import.meta.dirname, 'fill-store.ts');

/** Writes the zones of a shape into a new folder, as zone files and as a store, and gives the folder. */
export async function layOutZones(folder: string, shape: Shape): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const zone of shape.zones) await writeFile(join(folder, zone), zoneFile(shape, zone));
  // In a process of its own: a million record sets would stay in this one's memory.
  const { status, stderr } = await runToEnd({
    program: process.execPath,
    arguments: [FILL_STORE, shape.name, folder],
  });
  if (status !== 0)
    throw new Error(`the store of ${shape.name} was not written: ${stderr.trim().slice(-1000)}`);
  return folder;
}
