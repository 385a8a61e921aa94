import { type AwsService, awsJson, schemasOf } from '@pointsman/aws-wire';
import { type Api, bindOperations } from '../endpoint/bind-operations.ts';
import type { CloudCore } from '../endpoint/create-cloud.ts';
import { createVersions } from '../state/versions.ts';
import { deleteParameter, deleteParameters } from './delete-parameters.ts';
import { describeParameters } from './describe-parameters.ts';
import { getParameter, getParameterHistory, getParameters, getParametersByPath } from './get-parameters.ts';
import type { ParameterState } from './model.ts';
import { putParameter } from './put-parameter.ts';
import { translateError } from './translate-error.ts';

/** Every operation of Parameter Store that there is here, by its name in AWS's model. */
const operations = {
  PutParameter: putParameter,
  GetParameter: getParameter,
  GetParameters: getParameters,
  GetParametersByPath: getParametersByPath,
  GetParameterHistory: getParameterHistory,
  DescribeParameters: describeParameters,
  DeleteParameter: deleteParameter,
  DeleteParameters: deleteParameters,
};

export type ParametersApi = Api<typeof operations>;

/** Parameter Store of SSM, the API of 2014-11-06: https://docs.aws.amazon.com/systems-manager/latest/APIReference/ */
export function createParameters(core: CloudCore) {
  const { clock, faults } = core;
  const empty: ParameterState = { parameters: new Map() };
  const state = createVersions(empty, { now: clock.now, lag: () => faults.consistencyLag });
  const api: ParametersApi = bindOperations({ ...core, state }, operations);
  return { api, state, service: parametersService(api) };
}

function parametersService(api: ParametersApi): AwsService {
  return {
    name: 'ssm',
    protocol: async () =>
      awsJson({
        ...schemasOf(await import('@aws-sdk/client-ssm'), Object.keys(operations)),
        target: 'AmazonSSM',
      }),
    handlers: api,
    translateError,
  };
}
