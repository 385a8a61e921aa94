/**
 * Whether a host may have an address. `failing`: it serves, and should be replaced, such as for its clock. `silent`: it cannot serve.
 * `leaving`: its instance is about to end.
 */
export type HostFitness = 'fit' | 'failing' | 'silent' | 'leaving';

/** Why this host may have no address, by who says so. */
export type Fitness = {
  state: () => HostFitness;
  faults: () => string[];
  /** `text` undefined: the fault is over. */
  set: (speaker: Speaker, text: string | undefined) => void;
  /** Faults for which the machine should be replaced; an instance that is about to end has none. */
  reportable: () => string[];
};

type Speaker = 'engine' | 'host' | 'fleet';

export function makeFitness(): Fitness {
  const faults = new Map<Speaker, string>();
  return {
    state: () => {
      if (faults.has('fleet')) return 'leaving';
      if (faults.has('engine')) return 'silent';
      return faults.has('host') ? 'failing' : 'fit';
    },
    faults: () => [...faults.values()],
    set: (speaker, text) => {
      if (text === undefined) faults.delete(speaker);
      else faults.set(speaker, text);
    },
    reportable: () => [...faults].filter(([speaker]) => speaker !== 'fleet').map(([, text]) => text),
  };
}
