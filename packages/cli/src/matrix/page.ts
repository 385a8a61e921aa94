import { bare, type Failure, formatFailure, type Walk, zoneNames } from '@pointsman/core/verify';
import { inMarkup } from '../trace/markup.ts';
import type { Group } from './alike.ts';
import { cellOf } from './cell.ts';

/** The matrix as one page without anything beside it: zones downwards, networks across, light and dark, with a search field. */
export function matrixHtml(walked: Walk, groups: readonly Group[], without: readonly Failure[]): string {
  const { topology } = walked.model;
  const kinds = new Map(topology.zones.map(({ name, kind }) => [name, kind]));
  const names = zoneNames(walked);
  const failed = without.length === 0 ? '' : `, without ${without.map(formatFailure).join(', ')}`;
  const counts = `${topology.networks.length} networks, ${names.length} zones${failed}`;
  const rows = names.map((name, index) => {
    const cells = groups.map(({ verdicts }) => {
      const { kind, text, title } = cellOf(name, kinds.get(name) === 'public', verdicts[index]!);
      return `<td class="${kind}" title="${inMarkup(title)}"><span>${MARKS[kind]}</span> ${inMarkup(text)}</td>`;
    });
    return `<tr><th scope="row">${inMarkup(bare(name))}<small>${kinds.get(name)}</small></th>${cells.join('')}</tr>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${inMarkup(topology.name)}: who answers what for whom</title>
${STYLE}
<header><h1>${inMarkup(topology.name)}</h1><p>${inMarkup(counts)}</p><input type="search" placeholder="Show zones with…" aria-label="Show zones with"></header>
<ul>${LEGEND.map(([kind, text]) => `<li class="${kind}"><span>${MARKS[kind]}</span> ${text}</li>`).join('')}</ul>
<div><table>
<thead><tr><th scope="col">zone</th>${groups.map(({ networks }) => headOf(networks)).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>
<script>
document.querySelector('input').addEventListener('input', (event) => {
  const wanted = event.target.value.toLowerCase();
  for (const row of document.querySelectorAll('tbody tr')) row.hidden = !row.textContent.toLowerCase().includes(wanted);
});
</script>
</html>
`;
}

const MARKS = { own: '●', public: '◌', other: '◐', unsure: '?', none: '✕' } as const;
const LEGEND = [
  ['own', 'answered by the zone itself'],
  ['other', 'another zone answers in its place'],
  ['public', 'its names leave for public DNS'],
  ['unsure', 'the topology does not say'],
  ['none', 'no answer'],
] as const;
const MOST_NAMED = 6;

function headOf(networks: readonly string[]): string {
  const shown = networks.slice(0, MOST_NAMED).map(inMarkup).join('<br>');
  const more = networks.length - MOST_NAMED;
  return `<th scope="col" title="${inMarkup(networks.join(', '))}">${shown}${more > 0 ? `<br><small>and ${more} more</small>` : ''}</th>`;
}

const STYLE = `<style>
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2330; --dim: #667085; --line: #dde2e9; --head: #f6f7f9;
  --own: #13795b; --own-ground: #e7f5ef; --mild: #8a5b00; --mild-ground: #fdf3dc; --none: #b42331; --none-ground: #fdebec; --unsure: #6941c6; --unsure-ground: #f1ecfb }
@media (prefers-color-scheme: dark) { :root { --paper: #12161d; --ink: #e6e9ef; --dim: #98a2b3; --line: #2c3441; --head: #1a2029;
  --own: #5fd0a0; --own-ground: #12302a; --mild: #ecc15c; --mild-ground: #362c12; --none: #ff8a92; --none-ground: #3c1a1f; --unsure: #b9a3f5; --unsure-ground: #2a2145 } }
body { margin: 0; padding: 24px; background: var(--paper); color: var(--ink); font: 14px/1.4 ui-sans-serif, system-ui, sans-serif }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 16px } h1 { margin: 0; font-size: 22px } p { margin: 0; color: var(--dim) }
input { margin-left: auto; padding: 6px 10px; border: 1px solid var(--line); border-radius: 8px; background: var(--head); color: inherit; font: inherit }
ul { display: flex; flex-wrap: wrap; gap: 6px 10px; margin: 16px 0; padding: 0; list-style: none } li { padding: 2px 10px; border-radius: 99px; font-size: 12px }
div { overflow: auto; max-height: 80vh; border: 1px solid var(--line); border-radius: 10px }
table { border-collapse: separate; border-spacing: 0; width: 100% } th, td { padding: 8px 14px; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line) }
thead th { position: sticky; top: 0; z-index: 2; background: var(--head); vertical-align: bottom } tbody th { position: sticky; left: 0; z-index: 1; background: var(--paper); font-weight: 600 }
thead th:first-child { left: 0; z-index: 3 } tbody tr:last-child > * { border-bottom: 0 } small { margin-left: 8px; color: var(--dim); font-weight: 400 }
.own { color: var(--own); background: var(--own-ground) } .public, .other { color: var(--mild); background: var(--mild-ground) }
.none { color: var(--none); background: var(--none-ground) } .unsure { color: var(--unsure); background: var(--unsure-ground) }
</style>`;
