import type * as aws from '@aws-sdk/client-ssm';
import { AwsError } from '@pointsman/aws-wire';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { pageOf } from '../endpoint/paging.ts';
import { ownParameters, writeMetadata } from './get-parameters.ts';
import type { Parameter, ParameterStore } from './model.ts';
import { levelsOf, PAGE_WORDS } from './names.ts';

const MOST_DESCRIBED = 50;

export const describeParameters: Operation<
  ParameterStore,
  aws.DescribeParametersRequest,
  aws.DescribeParametersResult
> = ({ state }, input, caller) => {
  const { ParameterFilters = [], MaxResults, NextToken, ...others } = input;
  refuseOthers(others);
  const filters = ParameterFilters.map(compileFilter);
  const found = ownParameters(state.seen().parameters, caller).filter((each) =>
    filters.every((passes) => passes(each)),
  );
  const request = { size: MaxResults, most: MOST_DESCRIBED, token: NextToken };
  const { page, next } = pageOf(found, ({ name }) => name, request, PAGE_WORDS);
  return { Parameters: page.map((each) => writeMetadata(each, each.versions.at(-1)!)), NextToken: next };
};

type Compare = (actual: string, wanted: string) => boolean;

const OPTIONS: Readonly<Record<string, Compare>> = {
  Equals: (actual, wanted) => actual === wanted,
  BeginsWith: (actual, wanted) => actual.startsWith(wanted),
  Contains: (actual, wanted) => actual.includes(wanted),
};

/** @throws AwsError InvalidFilterKey, InvalidFilterOption, InvalidFilterValue */
function compileFilter({
  Key,
  Option,
  Values = [],
}: aws.ParameterStringFilter): (each: Parameter) => boolean {
  if (Values.length === 0) {
    throw new AwsError('InvalidFilterValue', `The filter ${Key} has no values.`);
  }
  if (Key === 'Path') return compilePath(Option ?? 'OneLevel', Values);
  const field = fieldOf(Key!);
  const compare = Object.hasOwn(OPTIONS, Option ?? 'Equals') ? OPTIONS[Option ?? 'Equals'] : undefined;
  if (!compare) throw unknownOption(Key!, Option);
  return (each) => Values.some((wanted) => compare(field(each) ?? '', wanted));
}

function fieldOf(key: string): (each: Parameter) => string | undefined {
  if (key.startsWith('tag:')) return ({ tags }) => tags[key.slice('tag:'.length)];
  switch (key) {
    case 'Name':
      return ({ name }) => name;
    case 'Type':
      return ({ type }) => type;
    case 'KeyId':
      return ({ versions }) => versions.at(-1)!.keyId;
    case 'Tier':
      return ({ versions }) => versions.at(-1)!.tier;
    case 'DataType':
      return () => 'text';
    default:
      throw new AwsError('InvalidFilterKey', `${key} is not a filter of parameters here.`);
  }
}

function compilePath(option: string, paths: readonly string[]): (each: Parameter) => boolean {
  if (option !== 'OneLevel' && option !== 'Recursive') throw unknownOption('Path', option);
  return ({ name }) =>
    paths.some((path) => {
      const [above, levels] = [levelsOf(path), levelsOf(name)];
      const depth = levels.length - above.length;
      return (
        depth >= 1 &&
        (option === 'Recursive' || depth === 1) &&
        above.every((level, at) => level === levels[at])
      );
    });
}

function unknownOption(key: string, option: string | undefined): AwsError {
  return new AwsError('InvalidFilterOption', `The option ${option} does not go with the filter ${key}.`);
}
