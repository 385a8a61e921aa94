/** One thing that happened, in a sentence, for the journal. Levels are syslog's: 3 error, 4 warning, 5 notice, 6 information. */
export type AgentEvent = { level: 3 | 4 | 5 | 6; text: string };

export type Report = (event: AgentEvent) => void;

/**
 * Passes on what is news: the same sentence by the same speaker is told again only after another one. `text` undefined: there is nothing to
 * say any more.
 */
export function sayOnce(report: Report): (speaker: string, event: AgentEvent | undefined) => void {
  const last = new Map<string, string>();
  return (speaker, event) => {
    if (event === undefined) last.delete(speaker);
    else if (last.get(speaker) !== event.text) {
      last.set(speaker, event.text);
      report(event);
    }
  };
}
