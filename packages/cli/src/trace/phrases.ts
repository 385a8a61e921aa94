import type { Disposition, Hop, Trace } from '@pointsman/core/verify';
import { bare, isServed } from '@pointsman/core/verify';
import type { Measured } from './live.ts';

/** The words of traces, for text and pictures. */

const VERDICTS: Readonly<Record<Disposition, string>> = {
  ANSWERED: 'answered',
  NXDOMAIN_BY: 'no such name',
  PUBLIC: 'left to public DNS',
  REFUSED_BY: 'refused',
  NO_ROUTE: 'nobody can be reached',
  LOOP: 'a loop',
  NO_RESOLVER: 'nobody to ask',
  UNDECIDED: 'not decided by the topology',
};

/** `ANSWERED by corp.acme.example`, `NO_ROUTE: nobody can be reached`. */
export function verdictOf({ disposition, zone, answers }: Trace): string {
  const by = zone === undefined ? '' : ` by ${bare(zone)}`;
  if (disposition === 'ANSWERED')
    return `ANSWERED${by}${answers?.length === 0 ? ', without records (NODATA)' : ''}`;
  if (disposition === 'NXDOMAIN_BY') return `NXDOMAIN${by}: ${VERDICTS.NXDOMAIN_BY}`;
  const known = disposition === 'PUBLIC' && zone !== undefined;
  const there = known ? `, where ${bare(zone)} has ${answers?.length ? 'it' : 'no such records'}` : '';
  return `${disposition}: ${VERDICTS[disposition]}${there}`;
}

/** True where a client gets what it wants, or may get it from public DNS. */
export function isGood(trace: Trace): boolean {
  return isServed(trace) && trace.disposition !== 'NXDOMAIN_BY' && trace.answers?.length !== 0;
}

/** `NOERROR 192.168.10.20`, `NXDOMAIN`, `NODATA`, `silence`; undefined where it is not known. */
export function saidInWords(says: Hop['says'] | Measured): string | undefined {
  if (says === undefined) return undefined;
  if (says === 'silent') return 'silence';
  const { rcode, answers } = says;
  if (rcode !== 'NOERROR' || answers.length === 0) return rcode === 'NOERROR' ? 'NODATA' : rcode;
  const shown = answers.map(({ type, data }) => (type === 'CNAME' ? `alias of ${bare(data)}` : data));
  return shown.length > 4 ? `${shown.slice(0, 4).join(', ')} and ${shown.length - 4} more` : shown.join(', ');
}

/** `forwarders/main/a` → `main/a`, `resolvers/shared` → `VPC resolver of shared`: as people say it. */
export function placeInWords(subject: string): string {
  const [kind, ...rest] = subject.split('/');
  const name = rest.join('/');
  switch (kind) {
    case 'resolvers':
      return `VPC resolver of ${name}`;
    case 'zones':
      return `zone ${name}`;
    case 'public':
      return 'public DNS';
    case 'nobody':
      return 'nobody';
    default:
      return name;
  }
}
