import type * as aws from '@aws-sdk/client-ssm';
import type { Operation } from '../endpoint/bind-operations.ts';
import { requireFewNames } from './get-parameters.ts';
import { idOf, type ParameterStore } from './model.ts';
import { notFound } from './names.ts';

export const deleteParameter: Operation<ParameterStore, aws.DeleteParameterRequest, object> = (
  { state },
  { Name },
  caller,
) => {
  const id = idOf(caller, Name!);
  if (!state.now().parameters.has(id)) throw notFound(Name!);
  state.write([{ table: 'parameters', id, record: undefined }]);
  return {};
};

export const deleteParameters: Operation<
  ParameterStore,
  aws.DeleteParametersRequest,
  aws.DeleteParametersResult
> = ({ state }, { Names }, caller) => {
  const names = [...new Set(requireFewNames(Names!))];
  const isThere = (name: string) => state.now().parameters.has(idOf(caller, name));
  const found = names.filter(isThere);
  const missing = names.filter((name) => !isThere(name));
  state.write(found.map((name) => ({ table: 'parameters', id: idOf(caller, name), record: undefined })));
  return { DeletedParameters: found, InvalidParameters: missing };
};
