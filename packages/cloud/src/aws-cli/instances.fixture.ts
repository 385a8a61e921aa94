import type { Step } from './story.fixture.ts';

const TEMPLATE =
  '{"ImageId":"ami-0123456789abcdef0","InstanceType":"t3.small","UserData":"IyEvYmluL3NoCg==","IamInstanceProfile":{"Name":"member"}}';

/** A launch template, which stays for Auto Scaling. */
export const LAUNCH_TEMPLATES: readonly Step[] = [
  [
    `ec2 create-launch-template --launch-template-name member --launch-template-data '${TEMPLATE}'`,
    { LaunchTemplate: { LaunchTemplateId: '$template', LatestVersionNumber: 1 } },
  ],
  [
    'ec2 create-launch-template-version --launch-template-name member --source-version 1 --launch-template-data InstanceType=t3.medium',
    { LaunchTemplateVersion: { VersionNumber: 2, LaunchTemplateData: { InstanceType: 't3.medium' } } },
  ],
  [
    'ec2 modify-launch-template --launch-template-id $template --default-version 2',
    { LaunchTemplate: { DefaultVersionNumber: 2 } },
  ],
  [
    'ec2 describe-launch-templates --launch-template-names member',
    { LaunchTemplates: [{ LaunchTemplateId: '$template', DefaultVersionNumber: 2 }] },
  ],
  [
    'ec2 describe-launch-template-versions --launch-template-id $template --versions $Default',
    {
      LaunchTemplateVersions: [
        { LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0', InstanceType: 't3.medium' } },
      ],
    },
  ],
];

/** Instances from their launch to their end: the interface is the second one of the first of them for a while, then the only one of the other. */
export const INSTANCES: readonly Step[] = [
  [
    'ec2 run-instances --launch-template LaunchTemplateName=member --subnet-id $subnet --user-data #!/bin/sh',
    { Instances: [{ InstanceId: '$instance', State: { Name: 'pending' }, InstanceType: 't3.medium' }] },
  ],
  [
    'ec2 describe-instances --instance-ids $instance',
    { Reservations: [{ Instances: [{ State: { Name: 'running' }, SubnetId: '$subnet' }] }] },
  ],
  [
    'ec2 describe-instance-status --instance-ids $instance',
    { InstanceStatuses: [{ InstanceId: '$instance', InstanceStatus: { Status: 'ok' } }] },
  ],
  [
    'ec2 attach-network-interface --network-interface-id $eni --instance-id $instance --device-index 1',
    { AttachmentId: '$attachment' },
  ],
  [
    'ec2 describe-network-interfaces --filters Name=attachment.status,Values=attached Name=attachment.instance-id,Values=$instance Name=tag:pointsman:member,Values=a',
    { NetworkInterfaces: [{ NetworkInterfaceId: '$eni', Attachment: { AttachmentId: '$attachment' } }] },
  ],
  ['ec2 detach-network-interface --attachment-id $attachment'],
  [
    'ec2 stop-instances --instance-ids $instance',
    { StoppingInstances: [{ CurrentState: { Name: 'stopping' }, PreviousState: { Name: 'running' } }] },
  ],
  [
    'ec2 start-instances --instance-ids $instance',
    { StartingInstances: [{ CurrentState: { Name: 'pending' }, PreviousState: { Name: 'stopped' } }] },
  ],
  ['ec2 reboot-instances --instance-ids $instance'],
  [
    'ec2 modify-instance-metadata-options --instance-id $instance --http-put-response-hop-limit 2 --instance-metadata-tags enabled',
    {
      InstanceId: '$instance',
      InstanceMetadataOptions: {
        State: 'pending',
        HttpPutResponseHopLimit: 2,
        InstanceMetadataTags: 'enabled',
      },
    },
  ],
  [
    'ec2 modify-instance-metadata-options --instance-id $instance --http-tokens optional',
    /\(UnsupportedOperation\).*requests with tokens only/,
  ],
  [
    'ec2 describe-instances --filters Name=metadata-options.http-put-response-hop-limit,Values=2',
    { Reservations: [{ Instances: [{ InstanceId: '$instance', MetadataOptions: { State: 'applied' } }] }] },
  ],
  [
    'ec2 describe-instance-attribute --instance-id $instance --attribute userData',
    { UserData: { Value: 'IyEvYmluL3No' } },
  ],
  ['ec2 create-tags --resources $instance --tags Key=Name,Value=first Key=stage,Value=test'],
  ['ec2 delete-tags --resources $instance --tags Key=stage'],
  [
    'ec2 describe-tags --filters Name=resource-id,Values=$instance',
    { Tags: [{ ResourceType: 'instance', Key: 'Name', Value: 'first' }] },
  ],
  ['ec2 modify-instance-attribute --instance-id $instance --disable-api-termination'],
  [
    'ec2 terminate-instances --instance-ids $instance',
    /^An error occurred \(OperationNotPermitted\) when calling the TerminateInstances operation: .*'disableApiTermination'/,
  ],
  ['ec2 modify-instance-attribute --instance-id $instance --no-disable-api-termination'],
  [
    'ec2 terminate-instances --instance-ids $instance',
    { TerminatingInstances: [{ InstanceId: '$instance', CurrentState: { Name: 'shutting-down' } }] },
  ],
  [
    'ec2 describe-instances --filters Name=instance-state-name,Values=terminated',
    { Reservations: [{ Instances: [{ InstanceId: '$instance' }] }] },
  ],

  [
    'ec2 run-instances --image-id ami-0123456789abcdef0 --instance-type t3.micro --network-interfaces NetworkInterfaceId=$eni,DeviceIndex=0 --metadata-options HttpTokens=required,HttpPutResponseHopLimit=2',
    {
      Instances: [
        {
          InstanceId: '$holder',
          PrivateIpAddress: '10.0.1.53',
          MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
        },
      ],
    },
  ],
  [
    'ec2 describe-network-interfaces --filters Name=tag:pointsman:member,Values=* Name=attachment.status,Values=attached',
    {
      NetworkInterfaces: [
        { NetworkInterfaceId: '$eni', Attachment: { InstanceId: '$holder', DeleteOnTermination: false } },
      ],
    },
  ],
  [
    'ec2 describe-instances --filters Name=private-ip-address,Values=10.0.1.53 Name=network-interface.addresses.private-ip-address,Values=10.0.1.53',
    { Reservations: [{ Instances: [{ InstanceId: '$holder' }] }] },
  ],
  [
    'ec2 terminate-instances --instance-ids $holder',
    { TerminatingInstances: [{ PreviousState: { Name: 'running' } }] },
  ],
];

/** After everything else: nothing is left of it. */
export const TAKEN_DOWN: readonly Step[] = [
  [
    'ec2 delete-launch-template --launch-template-id $template',
    { LaunchTemplate: { LaunchTemplateName: 'member' } },
  ],
  [
    'ec2 delete-vpc --vpc-id $vpc',
    /\(DependencyViolation\).*The vpc 'vpc-\w+' has dependencies and cannot be deleted/,
  ],
  ['ec2 delete-network-interface --network-interface-id $eni'],
  [
    'ec2 disassociate-subnet-cidr-block --association-id $subnet6',
    { SubnetId: '$subnet', Ipv6CidrBlockAssociation: { AssociationId: '$subnet6' } },
  ],
  ['ec2 delete-subnet --subnet-id $subnet'],
  ['ec2 delete-subnet --subnet-id $subnetb'],
  ['ec2 delete-security-group --group-id $group'],
  ['ec2 delete-vpc --vpc-id $vpc'],
  ['ec2 describe-vpcs', { Vpcs: [] }],
];
