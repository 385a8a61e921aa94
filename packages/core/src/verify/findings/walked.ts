import { walk } from '../walk.ts';
import { findSplitAnswers, findUnresolvableAliases } from './answers.ts';
import type { FindingContext } from './context.ts';
import type { Draft } from './finding.ts';
import { makeGathering } from './gathering.ts';
import { explainFaults } from './reachability.ts';
import { faultsIn, groupNetworks, namesakesIn, wantedZones } from './rows.ts';
import { gatherSingle, singleFailures } from './single-failures.ts';

/** All that follows from who gets which answer from where, now and after each single failure. */
export function findByWalking(context: FindingContext): Draft[] {
  const walked = walk(context.model);
  const wanted = wantedZones(walked);
  const groups = groupNetworks(walked);
  const namesakes = namesakesIn(walked, wanted);
  const gathering = makeGathering();
  for (const { row, networks } of groups) {
    explainFaults(context, walked, gathering, { networks, faults: faultsIn(walked, row, wanted, namesakes) });
  }
  for (const single of singleFailures(walked, groups, wanted)) {
    gatherSingle(context, gathering, single);
    explainFaults(context, walked, gathering, single);
  }
  return [
    ...gathering.drafts(),
    ...findSplitAnswers(context, walked, groups),
    ...findUnresolvableAliases(context, walked, groups),
  ];
}
