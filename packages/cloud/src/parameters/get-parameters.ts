import { createHash } from 'node:crypto';
import type * as aws from '@aws-sdk/client-ssm';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { pageOf } from '../endpoint/paging.ts';
import { arnOf, idOf, type Parameter, type ParameterStore, type ParameterVersion } from './model.ts';
import { findParameter, invalid, levelsOf, notFound, PAGE_WORDS } from './names.ts';

const MOST_NAMES = 10;
const MOST_BY_PATH = 10;
const MOST_OF_HISTORY = 50;

export const getParameter: Operation<ParameterStore, aws.GetParameterRequest, aws.GetParameterResult> = (
  { state },
  { Name, WithDecryption },
  caller,
) => {
  const { parameter, version, selector } = findParameter(state.seen(), Name!, caller);
  return { Parameter: { ...writeParameter(parameter, version, WithDecryption), Selector: selector } };
};

export const getParameters: Operation<ParameterStore, aws.GetParametersRequest, aws.GetParametersResult> = (
  { state },
  { Names, WithDecryption },
  caller,
) => {
  const names = requireFewNames(Names!);
  const found: aws.Parameter[] = [];
  const missing: string[] = [];
  for (const name of new Set(names)) {
    try {
      const { parameter, version, selector } = findParameter(state.seen(), name, caller);
      found.push({ ...writeParameter(parameter, version, WithDecryption), Selector: selector });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      missing.push(name);
    }
  }
  return { Parameters: found, InvalidParameters: missing };
};

/** @throws AwsError ValidationException for more than one request may name */
export function requireFewNames(names: readonly string[]): readonly string[] {
  if (names.length >= 1 && names.length <= MOST_NAMES) return names;
  throw invalid(
    `1 validation error detected: Value '[${names.join(', ')}]' at 'names' failed to satisfy constraint: Member must have length between 1 and ${MOST_NAMES}`,
  );
}

export const getParametersByPath: Operation<
  ParameterStore,
  aws.GetParametersByPathRequest,
  aws.GetParametersByPathResult
> = ({ state }, input, caller) => {
  const { Path, Recursive, WithDecryption, MaxResults, NextToken, ...others } = input;
  refuseOthers(others);
  if (!/^\/[A-Za-z0-9_.\-/]*$/.test(Path!)) {
    throw invalid(
      'The parameter path must begin with a forward slash "/" and have names of letters, numbers and . - _ between slashes.',
    );
  }
  const above = levelsOf(Path!);
  const isBelow = ({ name }: Parameter) => {
    const levels = levelsOf(name);
    const depth = levels.length - above.length;
    return (
      name.startsWith('/') &&
      depth >= 1 &&
      (Recursive || depth === 1) &&
      above.every((level, at) => level === levels[at])
    );
  };
  const found = ownParameters(state.seen().parameters, caller).filter(isBelow);
  const request = { size: MaxResults, most: MOST_BY_PATH, token: NextToken };
  const { page, next } = pageOf(found, ({ name }) => name, request, PAGE_WORDS);
  return {
    Parameters: page.map((each) => writeParameter(each, each.versions.at(-1)!, WithDecryption)),
    NextToken: next,
  };
};

export const getParameterHistory: Operation<
  ParameterStore,
  aws.GetParameterHistoryRequest,
  aws.GetParameterHistoryResult
> = ({ state }, { Name, WithDecryption, MaxResults, NextToken }, caller) => {
  const parameter = state.seen().parameters.get(idOf(caller, Name!));
  if (!parameter) throw notFound(Name!);
  const position = ({ version }: ParameterVersion) => String(version).padStart(9, '0');
  const request = { size: MaxResults, most: MOST_OF_HISTORY, token: NextToken };
  const { page, next } = pageOf(parameter.versions, position, request, PAGE_WORDS);
  const history = page.map((version) => ({
    ...writeMetadata(parameter, version),
    Value: writeParameter(parameter, version, WithDecryption).Value,
    Labels: [],
  }));
  return { Parameters: history, NextToken: next };
};

/** Of the caller's account and region. */
export function ownParameters(
  parameters: ReadonlyMap<string, Parameter>,
  { account, region }: Caller,
): Parameter[] {
  return [...parameters.values()].filter((each) => each.account === account && each.region === region);
}

function writeParameter(
  parameter: Parameter,
  { version, value, modifiedAt }: ParameterVersion,
  decrypted: boolean | undefined,
): aws.Parameter {
  const isSealed = parameter.type === 'SecureString' && !decrypted;
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: isSealed ? seal(parameter, version) : value,
    Version: version,
    LastModifiedDate: new Date(modifiedAt),
    ARN: arnOf(parameter),
    DataType: 'text',
  };
}

/** What stands in the place of a value that was not to be decrypted: nothing of the value is in it. */
function seal(parameter: Parameter, version: number): string {
  return createHash('sha512')
    .update(`${arnOf(parameter)}:${version}`)
    .digest('base64');
}

export function writeMetadata(parameter: Parameter, version: ParameterVersion) {
  return {
    Name: parameter.name,
    ARN: arnOf(parameter),
    Type: parameter.type,
    KeyId: version.keyId,
    LastModifiedDate: new Date(version.modifiedAt),
    LastModifiedUser: version.modifiedBy,
    Description: version.description,
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Tier: version.tier,
    Policies: [],
    DataType: 'text',
  };
}
