import type * as aws from '@aws-sdk/client-ec2';
import { AwsError } from '@pointsman/aws-wire';
import { commit, type Ec2Edit } from './commit.ts';
import { type Ec2, operation } from './ec2.ts';
import { readGroups } from './interface-request.ts';
import { writeGroups } from './interface-shapes.ts';
import type { Instance, NetworkInterface } from './model.ts';
import { findOwn, invalidCombination, invalidValue } from './resources.ts';
import { underVpc } from './vpcs.ts';

export const describeInstanceAttribute = operation<
  aws.DescribeInstanceAttributeRequest,
  aws.InstanceAttribute
>(['InstanceId', 'Attribute'], ({ state }, { InstanceId, Attribute }, caller) => {
  const seen = state.seen();
  const instance = findOwn(seen, 'instances', InstanceId, caller);
  const primary = seen.interfaces.get(instance.primaryInterfaceId);
  switch (Attribute) {
    case 'userData':
      return { InstanceId, UserData: { Value: instance.userData } };
    case 'instanceType':
      return { InstanceId, InstanceType: { Value: instance.instanceType } };
    case 'disableApiTermination':
      return { InstanceId, DisableApiTermination: { Value: instance.disableApiTermination } };
    case 'groupSet':
      return { InstanceId, Groups: writeGroups(seen, primary?.groupIds ?? []) };
    case 'sourceDestCheck':
      return { InstanceId, SourceDestCheck: { Value: primary?.sourceDestCheck ?? true } };
    default:
      throw invalidValue(Attribute, 'attribute', 'It is not supported here.');
  }
});

/** EC2 takes one attribute a call; groups and source check are those of the primary interface. */
export const modifyInstanceAttribute = operation<aws.ModifyInstanceAttributeRequest>(
  ['InstanceId', 'DisableApiTermination', 'Groups', 'SourceDestCheck'],
  (ec2, input, caller) => {
    const { vpcId } = findOwn(ec2.state.now(), 'instances', input.InstanceId, caller);
    return underVpc(ec2, vpcId, caller, async (vpc) => {
      const instance = findOwn(ec2.state.now(), 'instances', input.InstanceId, caller);
      const { DisableApiTermination, Groups, SourceDestCheck } = input;
      const given = [DisableApiTermination, Groups, SourceDestCheck].filter((each) => each !== undefined);
      if (given.length !== 1) throw invalidCombination('Exactly one attribute has to be specified.');
      if (Groups) {
        const groupIds = readGroups(ec2.state.now(), Groups, vpc, caller);
        await commit(ec2, [primaryEdit(ec2, instance, { groupIds })]);
      } else if (SourceDestCheck) {
        const sourceDestCheck = SourceDestCheck.Value ?? true;
        await commit(ec2, [primaryEdit(ec2, instance, { sourceDestCheck })]);
      } else {
        const record = { ...instance, disableApiTermination: DisableApiTermination!.Value ?? false };
        await commit(ec2, [{ table: 'instances', id: instance.id, record }]);
      }
      return {};
    });
  },
);

function primaryEdit({ state }: Ec2, instance: Instance, changes: Partial<NetworkInterface>): Ec2Edit {
  const { id, primaryInterfaceId } = instance;
  const primary = state.now().interfaces.get(primaryInterfaceId);
  if (primary?.attachment?.instanceId !== id) {
    throw new AwsError('IncorrectInstanceState', `The instance '${id}' has no network interface any more.`);
  }
  return { table: 'interfaces', id: primaryInterfaceId, record: { ...primary, ...changes } };
}
