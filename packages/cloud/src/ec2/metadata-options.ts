import type * as aws from '@aws-sdk/client-ec2';
import { AwsError } from '@pointsman/aws-wire';
import { commit } from './commit.ts';
import { operation } from './ec2.ts';
import type { MetadataOptions } from './model.ts';
import { findOwn, invalidCombination, invalidValue } from './resources.ts';
import { underVpc } from './vpcs.ts';

/** Of an instance that says nothing of them. */
export const USUAL_OPTIONS: MetadataOptions = {
  httpTokens: 'required',
  httpPutResponseHopLimit: 1,
  httpEndpoint: 'enabled',
  instanceMetadataTags: 'disabled',
};

/** What is not given is as before. @throws AwsError */
export function readMetadataOptions(
  {
    HttpTokens,
    HttpPutResponseHopLimit,
    HttpEndpoint,
    InstanceMetadataTags,
  }: aws.InstanceMetadataOptionsRequest,
  before: MetadataOptions,
): MetadataOptions {
  const hopLimit = HttpPutResponseHopLimit ?? before.httpPutResponseHopLimit;
  if (!Number.isInteger(hopLimit) || hopLimit < 1 || hopLimit > 64) {
    throw invalidValue(hopLimit, 'httpPutResponseHopLimit', 'It has to be from 1 to 64.');
  }
  if (HttpTokens === 'optional') {
    throw new AwsError('UnsupportedOperation', 'The metadata service takes requests with tokens only here.');
  }
  return {
    httpTokens: 'required',
    httpPutResponseHopLimit: hopLimit,
    httpEndpoint: HttpEndpoint ?? before.httpEndpoint,
    instanceMetadataTags: InstanceMetadataTags ?? before.instanceMetadataTags,
  };
}

export function writeMetadataOptions(
  options: MetadataOptions,
  State: aws.InstanceMetadataOptionsState,
): aws.InstanceMetadataOptionsResponse {
  return {
    State,
    HttpTokens: 'required',
    HttpPutResponseHopLimit: options.httpPutResponseHopLimit,
    HttpEndpoint: options.httpEndpoint as aws.InstanceMetadataEndpointState,
    InstanceMetadataTags: options.instanceMetadataTags as aws.InstanceMetadataTagsState,
  };
}

/** The metadata service heeds them from the reply on, which says as on EC2 that they are pending. */
export const modifyInstanceMetadataOptions = operation<
  aws.ModifyInstanceMetadataOptionsRequest,
  aws.ModifyInstanceMetadataOptionsResult
>(
  ['InstanceId', 'HttpTokens', 'HttpPutResponseHopLimit', 'HttpEndpoint', 'InstanceMetadataTags'],
  (ec2, { InstanceId, ...options }, caller) => {
    const { vpcId } = findOwn(ec2.state.now(), 'instances', InstanceId, caller);
    return underVpc(ec2, vpcId, caller, async () => {
      const instance = findOwn(ec2.state.now(), 'instances', InstanceId, caller);
      const { id, state } = instance;
      if (state === 'shutting-down' || state === 'terminated') {
        throw new AwsError('IncorrectInstanceState', `The instance '${id}' is ${state}.`);
      }
      if (Object.values(options).every((each) => each === undefined))
        throw invalidCombination('At least one metadata option has to be specified.');
      const metadataOptions = readMetadataOptions(options, instance.metadataOptions);
      await commit(ec2, [{ table: 'instances', id, record: { ...instance, metadataOptions } }]);
      return { InstanceId: id, InstanceMetadataOptions: writeMetadataOptions(metadataOptions, 'pending') };
    });
  },
);
