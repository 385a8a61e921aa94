import type { AgentStatus } from '@pointsman/host';

/** What is new in a member's status since its agent, or the one before, published last. */
export function newsOfStatus(member: string, before: AgentStatus, now: AgentStatus): string[] {
  return [...newsOfHealth(member, before, now), ...newsOfRules(member, before, now)];
}

function newsOfHealth(member: string, before: AgentStatus, now: AgentStatus): string[] {
  const news: string[] = [];
  const heal = now.heals.at(-1);
  const last = before.heals.at(-1);
  const isNew = heal?.startedAt !== last?.startedAt || last?.took_ms === undefined;
  if (isNew && heal?.took_ms !== undefined)
    news.push(`${member}: ${now.instanceId} has healed it in ${seconds(heal.took_ms)}: ${heal.cause}`);
  const wrong = now.faults.filter((fault) => !before.faults.includes(fault));
  if (wrong.length > 0) news.push(`${member}: ${now.instanceId} is not fit for it: ${wrong.join('; ')}`);
  const isSameHost = before.instanceId === now.instanceId;
  if (isSameHost && before.healthy && !now.healthy && wrong.length === 0)
    news.push(`${member}: ${now.instanceId} says that it does not answer`);
  return news;
}

function newsOfRules(member: string, before: AgentStatus, now: AgentStatus): string[] {
  const states = new Map(before.rules.map(({ suffix, state }) => [suffix, state]));
  return now.rules.flatMap(({ suffix, state, detail }) => {
    const last = states.get(suffix);
    if (state === last) return [];
    if (state === 'answered') return last === undefined ? [] : [`${member} resolves ${suffix} again`];
    return [`${member} does not resolve ${suffix}: ${detail}`];
  });
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
