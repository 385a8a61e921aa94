import { isAtOrBelow, type Name } from '../../dns/name.ts';
import type { PlannedAuthority } from '../../plan/index.ts';
import { showName } from '../../schema/path.ts';
import { commentText, header } from '../comments.ts';
import type { Origins } from '../origins.ts';
import type { Rendered } from '../render.ts';
import { readServer } from '../scopes.ts';
import { emptyZonesAbove } from './empty-zones.ts';
import { forwardZone } from './member.ts';
import { quotedName } from './words.ts';

/** Conditional forwarding for the named of a data centre: zones to include, and what its options have to say. */
export function renderConditionalForwarders(authority: PlannedAuthority, origins: Origins): Rendered {
  const { forwards } = authority;
  const warnings = delegationWarnings(authority);
  const lines = [
    ...header('//', origins, [INCLUDE_ADVICE], warnings),
    '',
    ...optionAdvice(forwards.map(({ suffix }) => suffix)),
    '',
    ...forwards.map(({ suffix, upstreams }) => {
      const origin = origins.rule(suffix);
      const zone = forwardZone(suffix, upstreams.map(readServer));
      return origin === undefined ? zone : `${zone} // ${commentText(origin)}`;
    }),
  ];
  return { ok: true, text: `${lines.join('\n')}\n`, warnings };
}

const INCLUDE_ADVICE =
  'Include it in named.conf (on Debian from /etc/bind/named.conf.local). Check with named-checkconf, and apply with "rndc reconfig".';

/** BIND answers out of a zone that it holds, unless the zone delegates the name. */
function delegationWarnings({ zones, forwards }: PlannedAuthority): string[] {
  return forwards.flatMap(({ suffix }) => {
    const holder = zones.find((zone) => isAtOrBelow(suffix, zone));
    if (holder === undefined) return [];
    const [inner, outer] = [showName(suffix), showName(holder)];
    return [
      `BIND forwards ${inner} only where ${outer}, which this server holds, delegates it: add NS records for ${inner} there.`,
    ];
  });
}

/** Options are the whole server's, so these are for whoever runs it to merge. */
function optionAdvice(suffixes: readonly Name[]): string[] {
  if (suffixes.length === 0) return ['// Nothing is forwarded.'];
  const empty = [...new Set(suffixes.flatMap(emptyZonesAbove))];
  return [
    '// Its options need this too where it validates (by default it does), or the signed zones above deny that these exist:',
    '//   validate-except {',
    ...suffixes.map((suffix) => `//     ${quotedName(suffix)};`),
    '//   };',
    '// And these, or its clients are refused what lies in the zones above: who forwards has to recurse.',
    '//   recursion yes;',
    "//   allow-recursion { localhost; localnets; }; // and all of the site's networks",
    ...(empty.length === 0
      ? []
      : [
          "// And this, or BIND's own empty zones (RFC 6303) swallow what lies below them:",
          ...empty.map((zone) => `//   disable-empty-zone ${quotedName(zone)};`),
        ]),
  ];
}
