import type * as aws from '@aws-sdk/client-ssm';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { compilePattern } from './allowed-pattern.ts';
import {
  idOf,
  LONGEST_VALUE,
  MOST_PARAMETERS,
  MOST_VERSIONS,
  type Parameter,
  type ParameterState,
  type ParameterStore,
  type ParameterType,
  type ParameterVersion,
  type Tier,
} from './model.ts';
import { checkName, invalid } from './names.ts';
import { PatternError } from './parse-pattern.ts';

const TYPES: readonly string[] = ['String', 'StringList', 'SecureString'];
const DEFAULT_KEY = 'alias/aws/ssm';

export const putParameter: Operation<ParameterStore, aws.PutParameterRequest, aws.PutParameterResult> = (
  { state, clock },
  input,
  caller,
) => {
  const { Name, Tags, Overwrite, DataType, Policies } = input;
  refuseOthers({ Policies, ...(DataType !== 'text' && { DataType }) });
  const name = Name!;
  checkName(name);
  const before = state.now().parameters.get(idOf(caller, name));
  if (before && !Overwrite) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  if (before && Tags) {
    throw invalid("Invalid request: tags and overwrite can't be used together.");
  }
  if (!before) requireRoom(state.now(), caller);
  const type = readType(input.Type, before);
  const version = nextVersion(input, before, { type, now: clock.now(), by: caller });
  const record: Parameter = {
    account: caller.account,
    region: caller.region,
    name,
    type,
    tags: before?.tags ?? readTags(Tags),
    versions: [...(before?.versions ?? []), version].slice(-MOST_VERSIONS),
  };
  state.write([{ table: 'parameters', id: idOf(caller, name), record }]);
  return { Version: version.version, Tier: version.tier };
};

/** What a request does not say stays as it was. */
function nextVersion(
  { Value, Description, KeyId, AllowedPattern, Tier }: aws.PutParameterRequest,
  before: Parameter | undefined,
  { type, now, by }: { type: ParameterType; now: number; by: Caller },
): ParameterVersion {
  const latest = before?.versions.at(-1);
  const value = Value!;
  const allowedPattern = AllowedPattern || latest?.allowedPattern;
  checkValue(value, allowedPattern);
  return {
    version: (latest?.version ?? 0) + 1,
    value,
    description: Description ?? latest?.description,
    allowedPattern,
    tier: readTier(Tier, value, latest?.tier),
    keyId: type === 'SecureString' ? (KeyId ?? latest?.keyId ?? DEFAULT_KEY) : undefined,
    modifiedAt: now,
    modifiedBy: by.principal ?? `arn:aws:iam::${by.account}:root`,
  };
}

function requireRoom({ parameters }: ParameterState, { account, region }: Caller): void {
  let count = 0;
  for (const each of parameters.values()) if (each.account === account && each.region === region) count++;
  if (count < MOST_PARAMETERS) return;
  throw new AwsError(
    'ParameterLimitExceeded',
    `You have exceeded the maximum number of parameters (${MOST_PARAMETERS}) for this account and region.`,
  );
}

function readType(type: string | undefined, before: Parameter | undefined): ParameterType {
  if (type === undefined) {
    if (before) return before.type;
    throw invalid('A parameter type is required when you create a parameter.');
  }
  if (!TYPES.includes(type)) {
    throw invalid(
      `1 validation error detected: Value '${type}' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [${TYPES.join(', ')}]`,
    );
  }
  if (before && before.type !== type) {
    throw new AwsError(
      'HierarchyTypeMismatchException',
      `The type of ${before.name} is ${before.type} and cannot be changed to ${type}. Create a new parameter.`,
    );
  }
  return type as ParameterType;
}

function checkValue(value: string, allowedPattern: string | undefined): void {
  if (value === '') {
    throw invalid(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  }
  if (value.length > LONGEST_VALUE.Advanced || allowedPattern === undefined) return;
  if (matchesPattern(allowedPattern, value)) return;
  throw new AwsError(
    'ParameterPatternMismatchException',
    `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`,
  );
}

function matchesPattern(allowedPattern: string, value: string): boolean {
  try {
    return compilePattern(allowedPattern)(value);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new AwsError(
      'InvalidAllowedPatternException',
      `The allowed pattern ${allowedPattern} cannot be used: ${error.message}.`,
    );
  }
}

/** A parameter never goes back from the advanced tier. @throws AwsError ValidationException */
function readTier(tier: string | undefined, value: string, current: Tier | undefined): Tier {
  if (tier === 'Standard' && current === 'Advanced') {
    throw invalid(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier.",
    );
  }
  if (tier !== undefined && !['Standard', 'Advanced', 'Intelligent-Tiering'].includes(tier)) {
    throw invalid(
      `1 validation error detected: Value '${tier}' at 'tier' failed to satisfy constraint: Member must satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]`,
    );
  }
  const needed: Tier = value.length > LONGEST_VALUE.Standard ? 'Advanced' : 'Standard';
  const chosen =
    tier === 'Advanced' || current === 'Advanced'
      ? 'Advanced'
      : tier === 'Intelligent-Tiering'
        ? needed
        : 'Standard';
  if (value.length <= LONGEST_VALUE[chosen]) return chosen;
  throw invalid(
    `${chosen} tier parameters support a maximum parameter value of ${LONGEST_VALUE[chosen]} characters.`,
  );
}

function readTags(tags: readonly aws.Tag[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key!, Value!]));
}
