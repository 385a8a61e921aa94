import { askLab } from './ask-lab.ts';

/** Heals all that is broken in a lab that runs; what that was, in words. @throws WorldError where it does not run, or cannot be healed */
export async function healLab(lab: string): Promise<readonly string[]> {
  const { faults } = await askLab(lab, { do: 'heal' }, 'healed');
  return faults;
}
