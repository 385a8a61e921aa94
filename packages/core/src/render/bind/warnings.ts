import type { ForwarderConfig } from '../../config/index.ts';
import { showName } from '../../schema/path.ts';
import { allRules } from '../scopes.ts';
import { budgetWarnings, policyWarnings, someOf } from '../shortfalls.ts';
import type { BindView } from './bind-views.ts';
import { LEAST_CACHE_BYTES, queryTimeoutOf } from './cache.ts';
import type { BindPlace } from './place.ts';

/** So many static-stub zones are as many as start in about a second. */
const MANY_STUBS = 10_000;

/** What BIND does less well than the configuration says. */
export function bindWarnings(
  config: ForwarderConfig,
  views: readonly BindView[],
  place: BindPlace,
): string[] {
  const { cache } = config;
  const probed = views.flatMap(allRules).filter(({ probe }) => probe !== undefined);
  const stubs = views.filter(({ otherwise }) => !otherwise).reduce((sum, { rules }) => sum + rules.length, 0);
  return [
    ...policyWarnings('BIND', views, ['fastest'], 'asks the fastest upstream instead'),
    // `fetches-per-server` bounds what is outstanding at a time, which says nothing of a rate.
    ...budgetWarnings('BIND', config),
    ...patienceWarnings(config, place),
    ...when(
      probed.length > 0,
      `BIND does not probe its upstreams, and learns from clients' queries who is down (${someOf(probed.map(({ suffix }) => showName(suffix)))}).`,
    ),
    ...when(
      cache.bytes / views.length < LEAST_CACHE_BYTES,
      `BIND's cache has ${LEAST_CACHE_BYTES} bytes for each view at least, and ${cache.bytes} for all of them are wanted.`,
    ),
    ...when(
      stubs > 0,
      "BIND refuses the type DS at the name of a rule that lies below no other rule, where names that no rule covers are refused: DS records are the parent's.",
    ),
    ...when(
      stubs > MANY_STUBS,
      `BIND takes about 11 KB for each of ${stubs} rules, and long to start, where other names are refused. It does not where "otherwise" names upstreams.`,
    ),
  ];
}

/** BIND knows no deadline, but gives up some time. */
function patienceWarnings(config: ForwarderConfig, { timedStaleAnswers }: BindPlace): string[] {
  const [limit, deadline] = [queryTimeoutOf(config), config.deadline];
  if (!timedStaleAnswers)
    return [
      `BIND gives up after ${limit / 1000} s, and gives no stale answer before that: where no upstream answers, a client waits so long; the deadline is ${deadline} ms. In the 30 s after that the stale answer comes at once.`,
    ];
  return when(
    deadline < limit,
    `BIND gives up after ${limit / 1000} s at the earliest: where no upstream answers, a client for whom there is no stale answer waits that long, not ${deadline} ms.`,
  );
}

function when(condition: boolean, warning: string): string[] {
  return condition ? [warning] : [];
}
