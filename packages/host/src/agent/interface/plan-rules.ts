import type { ServiceInterface } from '@pointsman/core/config';
import { PROTOCOL } from './marks.ts';
import type { Family, ObservedInterface, ObservedRule } from './observe-interface.ts';
import type { Step } from './plan-interface.ts';

type WantedRule = { family: Family; from: string };

/** What carries our mark and is not wanted: of an address that went with its interface, or of another table. It would shadow what comes after it. */
export function planStaleRules(observed: ObservedInterface, desired: ServiceInterface): Step[] {
  const { extra } = compareRules(observed, desired);
  return extra.map(({ family, from, table, priority }) => [
    ...['ip', `-${family}`, 'rule', 'del', 'from', from],
    ...(table === undefined ? [] : ['lookup', String(table)]),
    ...['priority', String(priority), 'protocol', String(PROTOCOL)],
  ]);
}

/** One for each address. They come when the table is complete, since packets go by it from then on. */
export function planNewRules(observed: ObservedInterface, desired: ServiceInterface): Step[] {
  const { missing } = compareRules(observed, desired);
  return missing.map(({ family, from }) => [
    ...['ip', `-${family}`, 'rule', 'add', 'from', from, 'lookup', String(desired.table)],
    ...['priority', String(desired.priority), 'protocol', String(PROTOCOL)],
  ]);
}

function compareRules(
  { rules }: ObservedInterface,
  { addresses, table, priority }: ServiceInterface,
): { extra: ObservedRule[]; missing: WantedRule[] } {
  const missing = new Map<string, WantedRule>(
    addresses.map(({ address }) => [address, { family: address.includes(':') ? '6' : '4', from: address }]),
  );
  const extra: ObservedRule[] = [];
  for (const rule of rules.filter(({ protocol }) => protocol === PROTOCOL)) {
    const isRight = rule.priority === priority && rule.table === table && !rule.narrowed;
    // The second of two that are alike is one too many.
    if (!isRight || !missing.delete(rule.from)) extra.push(rule);
  }
  return { extra, missing: [...missing.values()] };
}
