import type { ForwarderConfig } from '../../config/index.ts';
import type { Name } from '../../dns/name.ts';
import { commentText, header } from '../comments.ts';
import type { Origins } from '../origins.ts';
import type { Rendered } from '../render.ts';
import type { ScopeRule } from '../scopes.ts';
import { type BindView, bindViews } from './bind-views.ts';
import { optionLines } from './options.ts';
import type { BindPlace } from './place.ts';
import { serviceLines } from './service.ts';
import { bindWarnings } from './warnings.ts';
import { block, indented, quotedName, serverList } from './words.ts';

/** A whole named.conf for a forwarder. */
export function renderNamed(config: ForwarderConfig, origins: Origins, place: BindPlace): Rendered {
  const views = bindViews(config);
  const warnings = bindWarnings(config, views, place);
  const [only, ...others] = views;
  const isSingle = others.length === 0;
  const lines = [
    ...header('//', origins, place.supervised ? [] : [DEBIAN_ADVICE], warnings),
    '',
    ...views.flatMap((view) => aclLines(view, isSingle)),
    '',
    ...optionLines(config, views, place, isSingle ? forwardingLines(only!, origins) : []),
    ...serviceLines(place),
    '',
    ...(isSingle ? zoneLines(only!, origins) : views.flatMap((view) => viewLines(view, origins))),
  ];
  return { ok: true, text: `${lines.join('\n')}\n`, warnings };
}

const DEBIAN_ADVICE =
  'On Debian this is all of /etc/bind/named.conf. Check it with named-checkconf, and apply it with "rndc reconfig".';

function aclLines({ word, matchList }: BindView, isSingle: boolean): string[] {
  const name = isSingle ? 'clients' : `"clients-of-${word}"`;
  const elements = matchList.length === 0 ? ['none'] : matchList;
  return indented(
    `acl ${name} {`,
    elements.map((element) => `${element};`),
  );
}

function viewLines(view: BindView, origins: Origins): string[] {
  const { word } = view;
  const about = view.view === undefined ? 'Clients that have no view of their own.' : `View ${view.view}.`;
  return [
    `// ${commentText(about)}`,
    ...indented(`view "${word}" {`, [
      `match-clients ${block([`"clients-of-${word}"`])};`,
      ...forwardingLines(view, origins),
      ...zoneLines(view, origins),
    ]),
    '',
  ];
}

/** Where names go that no zone covers; nothing where they are refused. */
function forwardingLines({ otherwise, view }: BindView, origins: Origins): string[] {
  if (!otherwise) return [];
  return [
    'forward only;',
    `forwarders ${serverList(otherwise.upstreams)};${originOf(otherwise, view, origins)}`,
  ];
}

function zoneLines({ rules, otherwise, view }: BindView, origins: Origins): string[] {
  return [
    ...(otherwise ? [] : REFUSAL),
    ...rules.map((rule) => {
      const zone = otherwise ? forwardZone(rule.suffix, rule.upstreams) : stubZone(rule);
      return `${zone}${originOf(rule, view, origins)}`;
    }),
  ];
}

/**
 * Zones of type `forward` are none that an access list could speak of, so they cannot be excepted from a refusal; zones of type
 * `static-stub` can, and take forwarders too. Nothing is ever sent to `server-addresses`, which that type has to have.
 */
const REFUSAL = [
  '// Names that no rule covers are refused: the root is a zone that nobody may ask for. The zones of the rules are exceptions from',
  '// it, for which they have to be stubs; all of their queries go to the forwarders.',
  'zone "." { type static-stub; server-addresses { 127.0.0.1; }; allow-query { none; }; };',
];

export function forwardZone(suffix: Name, upstreams: ScopeRule['upstreams']): string {
  return `zone ${quotedName(suffix)} { type forward; forward only; forwarders ${serverList(upstreams)}; };`;
}

function stubZone({ suffix, upstreams }: ScopeRule): string {
  const addresses = [...new Set(upstreams.map(({ address }) => address))];
  return `zone ${quotedName(suffix)} { type static-stub; server-addresses ${block(addresses)}; forward only; forwarders ${serverList(upstreams)}; };`;
}

function originOf({ suffix }: ScopeRule, view: string | undefined, origins: Origins): string {
  const origin = origins.rule(suffix, view);
  return origin === undefined ? '' : ` // ${commentText(origin)}`;
}
