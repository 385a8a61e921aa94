import type { ServiceInterface } from '@pointsman/core/config';
import { PROTOCOL } from './marks.ts';
import type { ObservedInterface } from './observe-interface.ts';
import type { Step } from './plan-interface.ts';
import { deleteRoute } from './plan-routes.ts';
import { planStaleRules } from './plan-rules.ts';

/** Without the interface nothing of ours may stay: an IP rule to an empty table is no harm, one that outlives its address is. */
export function planRelease(observed: ObservedInterface, desired: ServiceInterface): Step[] {
  const routes = observed.routes.filter(
    ({ table, protocol }) => table === desired.table && protocol === PROTOCOL,
  );
  // Where the table is somebody else's, so are their IP rules.
  const rules = observed.rules.filter(({ protocol }) => protocol === PROTOCOL);
  const stale = planStaleRules({ ...observed, rules }, { ...desired, addresses: [] });
  return [...stale, ...routes.map(deleteRoute)];
}
