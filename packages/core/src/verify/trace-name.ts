import type { Name } from '../dns/name.ts';
import { ask } from './ask.ts';
import { isServed } from './disposition.ts';
import type { Without } from './failure.ts';
import type { Model } from './model.ts';
import { makeOutage } from './outage.ts';
import { makeWalker } from './question.ts';
import { saidOf } from './reply.ts';
import type { Trace } from './trace.ts';
import { list as listed } from './wording.ts';

/** The path of one question from a client of a network, with all its aliases. It always ends. `from` is a network of the topology. */
export function traceName(
  model: Model,
  question: { from: string; name: Name; type: string; without?: Without },
): Trace {
  const { from, name, type, without = [] } = question;
  const walker = makeWalker(model, makeOutage(model, without));
  const list = model.resolversOf(from);
  const addresses = list.contacts.map(({ place }) => place.address);
  const because = `clients of ${from} ask ${listed(addresses)}${addresses.length > 1 ? ', in this order' : ''}`;
  const at = `networks/${from}`;
  const reply = ask(walker, list, { name, type }, { at, kind: 'client', because }, 0);
  const said = saidOf(reply);
  return {
    disposition: reply.disposition,
    ...(reply.zone === undefined ? {} : { zone: reply.zone }),
    ...(said !== undefined && said !== 'silent' && isServed(reply) ? { answers: said.answers } : {}),
    ...(reply.rcode === undefined || reply.rcode === 'silent' ? {} : { rcode: reply.rcode }),
    ...(reply.because === undefined ? {} : { because: reply.because }),
    hops: walker.hops,
  };
}
