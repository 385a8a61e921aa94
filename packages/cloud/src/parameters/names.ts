import { AwsError, type Caller } from '@pointsman/aws-wire';
import type { PageWords } from '../endpoint/paging.ts';
import { idOf, type Parameter, type ParameterState, type ParameterVersion } from './model.ts';

const LONGEST_NAME = 1011;
const MOST_LEVELS = 15;

/**
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 * @throws AwsError ValidationException, HierarchyLevelLimitExceededException, AccessDeniedException
 */
export function checkName(name: string): void {
  if (!/^[A-Za-z0-9_.\-/]+$/.test(name) || name.endsWith('/') || name.includes('//')) {
    throw invalid(
      'Parameter name: only a mix of letters, numbers and the following symbols: . (period), - (hyphen), _ (underscore) is allowed, with / (slash) between levels.',
    );
  }
  if (name.includes('/') && !name.startsWith('/'))
    throw invalid('Parameter name must be a fully qualified name.');
  if (name.length > LONGEST_NAME) throw invalid(`Parameter name has at most ${LONGEST_NAME} characters.`);
  if (levelsOf(name).length > MOST_LEVELS) {
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      `A parameter hierarchy has at most ${MOST_LEVELS} levels: ${name}`,
    );
  }
  if (/^\/?aws/i.test(name))
    throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  if (/^\/?ssm/i.test(name)) {
    throw invalid('Parameter name: can\'t be prefixed with "ssm" (case-insensitive).');
  }
}

/** `/a/b` and below it are the levels `a` and `b`. */
export function levelsOf(path: string): string[] {
  return path.split('/').filter((level) => level !== '');
}

/**
 * The caller's parameter that a request names: by name or ARN, of the version after a colon or the newest.
 * @throws AwsError ParameterNotFound, ParameterVersionNotFound
 */
export function findParameter(
  state: ParameterState,
  named: string,
  caller: Caller,
): { parameter: Parameter; version: ParameterVersion; selector: string | undefined } {
  const local = /^arn:aws:ssm:[^:]*:[^:]*:parameter(\/.*)$/.exec(named)?.[1];
  const [name = '', ...rest] = (local ?? named).split(':');
  const flat = local === undefined ? undefined : state.parameters.get(idOf(caller, name.slice(1)));
  const parameter = flat ?? state.parameters.get(idOf(caller, name));
  if (!parameter || rest.length > 1) throw notFound(named);
  const [wanted] = rest;
  const version = parameter.versions.find((each) => wanted === undefined || String(each.version) === wanted);
  if (wanted === undefined) return { parameter, version: parameter.versions.at(-1)!, selector: undefined };
  if (version) return { parameter, version, selector: `:${wanted}` };
  throw new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${wanted} of ${name}. Verify the version and try again.`,
  );
}

export function notFound(name: string): AwsError {
  return new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** How Parameter Store speaks of pages. */
export const PAGE_WORDS: PageWords = { size: 'maxResults', invalid };
