import type { GatedCall } from '@pointsman/aws-wire';
import { arnOf, idOf, type ParameterState } from '../../parameters/model.ts';
import type { Access } from '../authorize.ts';
import { makeContext, requestTags, resourceTags } from './context.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
export function parameterAccesses(
  { parameters }: ParameterState,
  { operation, input, caller }: GatedCall,
): Access[] {
  const action = `ssm:${operation}`;
  const {
    Name,
    Names,
    Path,
    Tags = [],
  } = input as {
    Name?: string;
    Names?: string[];
    Path?: string;
    Tags?: { Key: string; Value: string }[];
  };
  const named = Names ?? (Name === undefined ? [] : [Name]);
  if (Path !== undefined) {
    return [{ action, resource: arnOf({ ...caller, name: Path }), context: makeContext([]) }];
  }
  if (named.length === 0) return [{ action, resource: '*', context: makeContext([]) }];
  return named.map((each) => {
    const name = each.replace(/^arn:aws:ssm:[^:]*:[^:]*:parameter/, '').replace(/:[^:]*$/, '');
    const tags = parameters.get(idOf(caller, name))?.tags ?? {};
    const context = makeContext([...resourceTags(tags, 'ssm'), ...requestTags(Tags)]);
    return { action, resource: arnOf({ ...caller, name }), context };
  });
}
