import type { ServiceInterface } from '@pointsman/core/config';
import type { ObservedDevice, ObservedInterface } from './observe-interface.ts';
import { settingKey } from './observe-interface.ts';
import { findObstacles } from './obstacles.ts';
import { planAddresses } from './plan-addresses.ts';
import { planForeignRoutes, planRoutes } from './plan-routes.ts';
import { planNewRules, planStaleRules } from './plan-rules.ts';

/** A command line, in its words. */
export type Step = readonly string[];

export type InterfacePlan = {
  /** In this order, each of them needed. Empty where all is as it should be, or the interface is not there. */
  steps: Step[];
  /** What stands in the way and is not ours to change, in sentences. */
  obstacles: string[];
};

/**
 * Loose reverse-path filter: two interfaces are on one subnet, and the way back by the main table is the other one. ARP is answered and
 * asked with this interface's own addresses only. No router advertisements: their default route would be in the main table.
 * Documentation/networking/ip-sysctl of the kernel.
 */
const SETTINGS: Readonly<Record<string, number>> = {
  'ipv4/rp_filter': 2,
  'ipv4/arp_ignore': 1,
  'ipv4/arp_announce': 2,
  'ipv6/accept_ra': 0,
};

/**
 * From what there is to what should be: addresses, a table of our own, an IP rule for each address. Touches the interface with the MAC address, the
 * table and what carries our mark, nothing else; what other interfaces have stays as it is. Idempotent: planned again when it is done, there is nothing to do.
 */
export function planInterface(observed: ObservedInterface, desired: ServiceInterface): InterfacePlan {
  const { device } = observed;
  const obstacles = findObstacles(observed, desired);
  if (!device || obstacles.some(({ fatal }) => fatal))
    return { steps: [], obstacles: obstacles.map(({ text }) => text) };
  return {
    steps: [
      ...planStaleRules(observed, desired),
      ...planSettings(device, desired),
      ...planForeignRoutes(observed, desired, device.name),
      ...(device.up ? [] : [['ip', 'link', 'set', 'dev', device.name, 'up']]),
      ...planAddresses(device, desired),
      ...planRoutes(observed, desired, device.name),
      ...planNewRules(observed, desired),
    ],
    obstacles: obstacles.map(({ text }) => text),
  };
}

/** As `ip` and `sysctl` take it. */
export function formatStep(step: Step): string {
  return step.join(' ');
}

function planSettings({ name, settings }: ObservedDevice, { addresses }: ServiceInterface): Step[] {
  const needsIpv6 = addresses.some(({ address }) => address.includes(':'));
  const wanted = { ...SETTINGS, ...(needsIpv6 && { 'ipv6/disable_ipv6': 0 }) };
  return Object.entries(wanted)
    .filter(([setting, value]) => settings[setting] !== undefined && settings[setting] !== value)
    .map(([setting, value]) => ['sysctl', '-w', `${settingKey(setting, name)}=${value}`]);
}
