/** Who sees whether an address answers, such as the network of a client or a member that has it as upstream. */
export type Observer = string;

export type Answering = {
  /** What an observer found; the moment in milliseconds from the start of the drill. News comes where that changes what all see together. */
  see: (address: string, observer: Observer, answers: boolean, at: number) => AnsweringNews | undefined;
  /** Addresses that some observer finds silent now. */
  silent: () => string[];
  /** Of each address that fell silent and answers everybody again: when, in milliseconds from the start of the drill. */
  answeredAgain: () => Record<string, number>;
};

export type AnsweringNews = { address: string; answers: boolean };

/** Keeps what several observers find of several addresses: an address answers where it answers all who ask it. */
export function watchAnswering(): Answering {
  const silentFor = new Map<string, Set<Observer>>();
  const again = new Map<string, number>();
  return {
    see: (address, observer, answers, at) => {
      const observers = silentFor.get(address) ?? new Set<Observer>();
      const wasSilent = observers.size > 0;
      if (answers) observers.delete(observer);
      else observers.add(observer);
      silentFor.set(address, observers);
      const isSilent = observers.size > 0;
      if (wasSilent === isSilent) return undefined;
      if (isSilent) again.delete(address);
      else again.set(address, at);
      return { address, answers: !isSilent };
    },
    silent: () => [...silentFor].flatMap(([address, observers]) => (observers.size > 0 ? [address] : [])),
    answeredAgain: () => Object.fromEntries(again),
  };
}
