import type { ServiceInterface } from '@pointsman/core/config';
import { PROTOCOL } from './marks.ts';
import type { Family, ObservedInterface, ObservedRule } from './observe-interface.ts';
import type { Step } from './plan-interface.ts';

type WantedRule = { family: Family; from: string };

/**
 * What carries our mark and is not wanted: of an address that went with its interface, or of another table. It would shadow what comes after
 * it. So goes what others send by our table: their packets would leave by our interface.
 */
export function planStaleRules(observed: ObservedInterface, desired: ServiceInterface): Step[] {
  const { extra } = compareRules(observed, desired);
  return extra.map(({ family, from, table, priority, protocol }) => [
    ...['ip', `-${family}`, 'rule', 'del', 'from', from],
    ...(table === undefined ? [] : ['lookup', String(table)]),
    ...['priority', String(priority), 'protocol', String(protocol)],
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
  for (const rule of rules.filter((each) => each.protocol === PROTOCOL || each.table === table)) {
    const isOurs = rule.protocol === PROTOCOL && rule.table === table;
    const isRight = isOurs && rule.priority === priority && !rule.narrowed;
    // The second of two that are alike is one too many.
    if (!isRight || !missing.delete(rule.from)) extra.push(rule);
  }
  return { extra, missing: [...missing.values()] };
}
