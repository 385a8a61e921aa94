import type * as aws from '@aws-sdk/client-route-53';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { compareText } from '../records/record-sets.ts';
import type { CidrCollection, CidrCollectionChange } from '../store/model.ts';
import { requireReference } from './hosted-zones.ts';
import { invalidInput, locationOf, type Operation, type Route53, requireOwner } from './operation.ts';
import { pageOf, pageSize, readToken, writeToken } from './paging.ts';

const MOST_COLLECTIONS = 100;
const MOST_LOCATIONS = 100;
const MOST_BLOCKS = 1000;

export const createCidrCollection: Operation<
  aws.CreateCidrCollectionRequest,
  aws.CreateCidrCollectionResponse
> = async ({ store }, { Name, CallerReference }, { account }) => {
  const callerReference = requireReference(CallerReference);
  const { value } = await store.createCidrCollection({ account, name: Name!, callerReference });
  return { Collection: writeCollection(value), Location: locationOf(`cidrcollection/${value.id}`) };
};

export const changeCidrCollection: Operation<
  aws.ChangeCidrCollectionRequest,
  aws.ChangeCidrCollectionResponse
> = async (route53, { Id, Changes = [], CollectionVersion }, caller) => {
  const { id } = ownCollection(route53, Id, caller);
  const { change } = await route53.store.changeCidrCollection(id, Changes.map(readChange), CollectionVersion);
  return { Id: change.id };
};

export const deleteCidrCollection: Operation<
  aws.DeleteCidrCollectionRequest,
  aws.DeleteCidrCollectionResponse
> = async (route53, { Id }, caller) => {
  await route53.store.deleteCidrCollection(ownCollection(route53, Id, caller).id);
  return {};
};

/** By ID. */
export const listCidrCollections: Operation<
  aws.ListCidrCollectionsRequest,
  aws.ListCidrCollectionsResponse
> = ({ store }, { NextToken, MaxResults }, { account }) => {
  const from = NextToken === undefined ? '' : readToken(NextToken);
  const own = store.cidrCollections().filter((each) => each.account === account && each.id >= from);
  const { items, next } = pageOf(own, pageSize(MaxResults, MOST_COLLECTIONS));
  return { CidrCollections: items.map(writeCollection), NextToken: next && writeToken(next.id) };
};

/** By name. */
export const listCidrLocations: Operation<aws.ListCidrLocationsRequest, aws.ListCidrLocationsResponse> = (
  route53,
  { CollectionId, NextToken, MaxResults },
  caller,
) => {
  const from = NextToken === undefined ? '' : readToken(NextToken);
  const { locations } = ownCollection(route53, CollectionId, caller);
  const names = Object.keys(locations).filter((name) => name >= from);
  const { items, next } = pageOf(names.sort(compareText), pageSize(MaxResults, MOST_LOCATIONS));
  return {
    CidrLocations: items.map((LocationName) => ({ LocationName })),
    NextToken: next === undefined ? undefined : writeToken(next),
  };
};

/** By location and block. */
export const listCidrBlocks: Operation<aws.ListCidrBlocksRequest, aws.ListCidrBlocksResponse> = (
  route53,
  { CollectionId, LocationName, NextToken, MaxResults },
  caller,
) => {
  const { locations } = ownCollection(route53, CollectionId, caller);
  if (LocationName !== undefined && !Object.hasOwn(locations, LocationName)) {
    throw new AwsError(
      'NoSuchCidrLocationException',
      `No CIDR location ${LocationName} found in the collection.`,
    );
  }
  const from = NextToken === undefined ? '' : readToken(NextToken);
  const blocks = Object.entries(locations)
    .filter(([name]) => LocationName === undefined || name === LocationName)
    .flatMap(([LocationName, cidrs]) => cidrs.map((CidrBlock) => ({ CidrBlock, LocationName })))
    .filter((block) => positionOf(block) >= from)
    .sort((a, b) => compareText(positionOf(a), positionOf(b)));
  const { items, next } = pageOf(blocks, pageSize(MaxResults, MOST_BLOCKS));
  return { CidrBlocks: items, NextToken: next && writeToken(positionOf(next)) };
};

function positionOf({ LocationName, CidrBlock }: aws.CidrBlockSummary): string {
  return `${LocationName} ${CidrBlock}`;
}

function readChange({ Action, LocationName, CidrList }: aws.CidrCollectionChange): CidrCollectionChange {
  if (Action !== 'PUT' && Action !== 'DELETE_IF_EXISTS') {
    throw invalidInput(
      `1 validation error detected: Value '${Action}' at 'changes.1.member.action' failed to satisfy constraint: Member must satisfy enum value set: [PUT, DELETE_IF_EXISTS]`,
    );
  }
  return { action: Action, locationName: LocationName!, cidrs: CidrList! };
}

function writeCollection({ id, name, version }: CidrCollection): aws.CidrCollection {
  return { Arn: `arn:aws:route53:::cidrcollection/${id}`, Id: id, Name: name, Version: version };
}

/** @throws AwsError NoSuchCidrCollectionException, AccessDenied */
function ownCollection({ store }: Route53, id: string | undefined, caller: Caller): CidrCollection {
  const found = store.cidrCollection(id ?? '');
  if (!found) throw new AwsError('NoSuchCidrCollectionException', `No CIDR collection found with ID: ${id}`);
  requireOwner(found.account, caller, `cidrcollection/${found.id}`);
  return found;
}
