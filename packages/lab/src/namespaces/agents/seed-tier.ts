import type { Cloud } from '@pointsman/cloud';
import type { LabTier, NamespacePlan } from '../world/plan.ts';
import type { Caller } from '../world/seed.ts';
import { IMAGE } from '../world/seed-machines.ts';
import { TIER_TAG, tagsOf } from '../world/seed-tags.ts';
import type { AgentSetup } from './agent-setup.ts';

type Body = NonNullable<Parameters<Cloud['objects']['PutObject']>[0]['Body']>;

/**
 * Makes what runs a tier's agents, by the calls that anybody would make for it: a role, the configurations of members, and for each availability zone a
 * launch template and an Auto Scaling group. `subnetIds`: of the tier's VPC, by name.
 */
export async function seedTier(
  { ec2, autoScaling, identity, objects }: Cloud,
  tier: LabTier,
  setup: AgentSetup,
  members: NamespacePlan['members'],
  subnetIds: ReadonlyMap<string, string>,
  caller: Caller,
): Promise<void> {
  identity.putRole({ account: caller.account, name: setup.role, policies: [setup.policy] });
  for (const { member, config } of members) {
    const object = { Bucket: setup.bucket, Key: setup.keyOf(member), ContentType: 'application/json' };
    const bytes = Buffer.from(JSON.stringify(config, undefined, 2));
    // The SDK's type is for streams that go over a wire.
    await objects.PutObject({ ...object, Body: bytes as unknown as Body }, caller);
  }
  for (const { availabilityZone, subnets, instances } of tier.zones) {
    const name = `${setup.role}-${availabilityZone}`;
    await ec2.CreateLaunchTemplate(
      {
        LaunchTemplateName: name,
        LaunchTemplateData: {
          ImageId: IMAGE,
          InstanceType: 't3.small',
          IamInstanceProfile: { Name: setup.role },
          UserData: Buffer.from(setup.userData).toString('base64'),
          ...tagsOf('instance', { Name: name, [TIER_TAG]: tier.tag }),
        },
        ...tagsOf('launch-template', { [TIER_TAG]: tier.tag }),
      },
      caller,
    );
    await autoScaling.CreateAutoScalingGroup(
      {
        AutoScalingGroupName: name,
        LaunchTemplate: { LaunchTemplateName: name },
        VPCZoneIdentifier: subnets.map((subnet) => subnetIds.get(subnet)!).join(','),
        MinSize: instances,
        MaxSize: instances,
        LifecycleHookSpecificationList: [
          {
            LifecycleHookName: setup.launchHook,
            LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
          },
        ],
        Tags: [{ Key: TIER_TAG, Value: tier.tag, PropagateAtLaunch: true }],
      },
      caller,
    );
  }
}
