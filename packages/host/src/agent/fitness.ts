/** Why this host may have no address, by who says so. Empty: it may. */
export type Fitness = {
  isFit: () => boolean;
  faults: () => string[];
  /** `text` undefined: the fault is over. */
  set: (speaker: 'engine' | 'host' | 'fleet', text: string | undefined) => void;
  /** Faults for which the machine should be replaced; an instance that is about to end has none. */
  reportable: () => string[];
};

export function makeFitness(): Fitness {
  const faults = new Map<string, string>();
  return {
    isFit: () => faults.size === 0,
    faults: () => [...faults.values()],
    set: (speaker, text) => {
      if (text === undefined) faults.delete(speaker);
      else faults.set(speaker, text);
    },
    reportable: () => [...faults].filter(([speaker]) => speaker !== 'fleet').map(([, text]) => text),
  };
}
