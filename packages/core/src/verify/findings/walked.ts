import { walk } from '../walk.ts';
import { findSplitAnswers, findUnresolvableAliases } from './answers.ts';
import type { FindingContext } from './context.ts';
import type { Draft } from './finding.ts';
import { makeGathering } from './gathering.ts';
import { explainFaults, tellUndecided } from './reachability.ts';
import {
  deadEndsIn,
  faultsIn,
  forwardedClasses,
  groupNetworks,
  namesakesIn,
  undecidedIn,
  wantedZones,
} from './rows.ts';
import { gatherSingle, singleFailures } from './single-failures.ts';

/** All that follows from who gets which answer from where, now and after each single failure. */
export function findByWalking(context: FindingContext): Draft[] {
  const walked = walk(context.model);
  const wanted = wantedZones(walked);
  const forwarded = forwardedClasses(walked);
  const groups = groupNetworks(walked);
  const namesakes = namesakesIn(walked, wanted);
  const gathering = makeGathering();
  for (const { row, networks } of groups) {
    const faults = [...faultsIn(walked, row, wanted, namesakes), ...deadEndsIn(walked, row, forwarded)];
    explainFaults(context, walked, gathering, { networks, faults });
    const undecided = undecidedIn(walked, row, wanted, forwarded);
    tellUndecided(context, walked, gathering, { networks, faults: undecided });
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
