import { labelsOf, type Name, NameError, parseName } from '../dns/name.ts';
import { showName, showValue } from './path.ts';

/**
 * The name of a zone, or the suffix of a forwarding rule, as somebody wrote it. DNS would take any bytes (RFC 2181 section 11); a wildcard,
 * a list in one text or a URL would match nothing that anybody asks for, and is a mistake here. Underscores and the slash of RFC 2317 are fine.
 */
export function readZoneName(text: string): { name: Name } | { message: string; remedy?: string } {
  let name: Name;
  try {
    name = parseName(text);
  } catch (error) {
    if (!(error instanceof NameError)) throw error;
    return { message: error.message };
  }
  const labels = labelsOf(name);
  const wildcard = labels.lastIndexOf('*');
  if (wildcard >= 0) {
    const below = labels.slice(wildcard + 1);
    const parent = below.length === 0 ? '.' : showName(`${below.join('.')}.`);
    return {
      message: `${showValue(text)} has a wildcard in it`,
      remedy: `write ${showValue(parent)}: it covers every name below it`,
    };
  }
  const odd = /[,;:@"'()<>[\]{}?]|\\(0[0-2][0-9]|03[0-2]|127)/.exec(name)?.[0];
  if (odd === undefined) return { name };
  const what = odd === '\\032' ? 'a space' : odd.startsWith('\\') ? 'a control character' : showValue(odd);
  return {
    message: `${showValue(text)} has ${what} in it, as no domain name does that somebody looks up`,
    remedy: 'write one domain name such as corp.example',
  };
}
