import { type Cidr, cidrContains, parseAddress, parseCidr } from '@pointsman/core/address';
import type { CidrCollection } from '../store/model.ts';
import type { StoreReads } from '../store/store.ts';
import type { Querier } from './querier.ts';

type Block = { cidr: Cidr; location: string };

/** Finds locations in the collections of a store, as they are at the moment. */
export function locationsIn({ cidrCollection }: Pick<StoreReads, 'cidrCollection'>): Querier['findLocation'] {
  const compiled = new WeakMap<CidrCollection, readonly Block[]>();
  return (collectionId, client) => {
    const address = client === undefined ? undefined : parseAddress(client);
    const collection = cidrCollection(collectionId);
    if (address === undefined || collection === undefined) return undefined;
    const blocks = compiled.get(collection) ?? longestFirst(collection);
    compiled.set(collection, blocks);
    return blocks.find(({ cidr }) => cidrContains(cidr, address))?.location;
  };
}

function longestFirst({ locations }: CidrCollection): Block[] {
  const blocks = Object.entries(locations).flatMap(([location, cidrs]) =>
    cidrs.map((text) => ({ cidr: parseCidr(text)!, location })),
  );
  return blocks.sort((a, b) => b.cidr.prefix - a.cidr.prefix);
}
