import { parseAddress, reverseName } from '@pointsman/core/address';
import { type Name, rdataToText } from '@pointsman/core/dns';
import type { Topology } from '@pointsman/core/topology';

/**
 * What clients of a topology could ask: every name there is and every address in the answers, backwards, with the types they have and some
 * they have not; names beside them that do not exist; and names that nobody knows.
 */
export function makeQuestions(topology: Topology): { name: Name; type: string }[] {
  const questions = new Map<string, { name: Name; type: string }>();
  const add = (name: Name, type: string) => questions.set(`${name} ${type}`, { name, type });
  for (const zone of topology.zones) {
    add(`no-such-name.${zone.name}`, 'A');
    add(zone.name, 'SOA');
    add(zone.name, 'A');
    for (const { name, type, data } of zone.records) {
      const asked = name.startsWith('*.') ? `wild${name.slice(1)}` : name;
      add(asked, type);
      add(asked, 'A');
      add(asked, 'AAAA');
      add(`below.${asked}`, 'TXT');
      for (const each of data) {
        const address = type === 'A' || type === 'AAAA' ? parseAddress(rdataToText(type, each)) : undefined;
        if (address) add(reverseName(address), 'PTR');
      }
    }
  }
  for (const name of [
    'localhost.',
    'nowhere.test.',
    'com.',
    '1.0.0.127.in-addr.arpa.',
    '9.9.9.9.in-addr.arpa.',
  ]) {
    add(name, 'A');
    add(name, 'PTR');
  }
  return [...questions.values()];
}
