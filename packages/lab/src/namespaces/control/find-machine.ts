import { askLab } from './ask-lab.ts';

const INSTANCE_ID = /^i-[0-9a-f]+$/;

/**
 * The ID of the machine that has a member's address now, `main/a`, in a lab that runs; an instance's ID is one.
 * @throws WorldError where the lab does not run, has no such member, or no machine has its address
 */
export async function findMachine(lab: string, place: string): Promise<string> {
  if (INSTANCE_ID.test(place)) return place;
  const { machine } = await askLab(lab, { do: 'find', member: place }, 'found');
  return machine;
}
