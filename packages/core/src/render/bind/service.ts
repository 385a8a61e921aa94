import type { BindPlace } from './place.ts';
import { block, indented, quotedText } from './words.ts';

/** With a line for each query, in times of trouble; the statistics count them. */
const TALKATIVE = ['lame-servers', 'query-errors', 'resolver', 'security', 'serve-stale'];

/** Logs, control and statistics, where Pointsman runs the server. */
export function serviceLines({ supervised }: BindPlace): string[] {
  if (!supervised) return [];
  const { statistics, control } = supervised;
  const print = 'print-time iso8601-utc; print-category yes; print-severity yes;';
  const access = (address: string) => `allow ${block([address])}`;
  return [
    '',
    ...indented('logging {', [
      `channel supervisor { stderr; severity info; ${print} };`,
      `channel troubles { stderr; severity warning; ${print} };`,
      'category default { supervisor; };',
      '// These have a line for each query.',
      ...TALKATIVE.map((category) => `category ${category} { troubles; };`),
    ]),
    '',
    `include ${quotedText(control.keyFile)};`,
    ...indented('controls {', [
      `inet ${control.address} port ${control.port} ${access(control.address)} keys { ${quotedText(control.keyName)}; };`,
    ]),
    ...indented('statistics-channels {', [
      `inet ${statistics.address} port ${statistics.port} ${access(statistics.address)};`,
    ]),
  ];
}
