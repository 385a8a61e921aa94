import type { Step } from './story.fixture.ts';

const RULE = '--group-id $group --protocol udp --port 53 --cidr 10.0.0.0/8';
const OUT =
  '--group-id $group --ip-permissions IpProtocol=tcp,FromPort=53,ToPort=53,Ipv6Ranges=[{CidrIpv6=::/0}]';

/** A security group in the VPC of the networks; it stays. */
export const SECURITY_GROUPS: readonly Step[] = [
  ["ec2 create-security-group --group-name dns --description 'port 53' --vpc-id $vpc", { GroupId: '$group' }],
  [
    `ec2 authorize-security-group-ingress ${RULE}`,
    {
      Return: true,
      SecurityGroupRules: [{ SecurityGroupRuleId: '$rule', CidrIpv4: '10.0.0.0/8', FromPort: 53 }],
    },
  ],
  [
    `ec2 authorize-security-group-ingress ${RULE}`,
    /^An error occurred \(InvalidPermission\.Duplicate\) when calling the AuthorizeSecurityGroupIngress operation: /,
  ],
  [
    `ec2 authorize-security-group-egress ${OUT}`,
    { SecurityGroupRules: [{ IsEgress: true, CidrIpv6: '::/0' }] },
  ],
  [
    'ec2 describe-security-groups --group-ids $group',
    {
      SecurityGroups: [
        {
          GroupName: 'dns',
          Description: 'port 53',
          IpPermissions: [{ IpProtocol: 'udp', ToPort: 53, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
        },
      ],
    },
  ],
  [`ec2 revoke-security-group-egress ${OUT}`, { Return: true }],
  [
    'ec2 describe-security-group-rules --security-group-rule-ids $rule',
    { SecurityGroupRules: [{ GroupId: '$group', IsEgress: false }] },
  ],
  ['ec2 revoke-security-group-ingress --group-id $group --security-group-rule-ids $rule', { Return: true }],
  [
    'ec2 describe-security-groups --filters Name=group-name,Values=dns',
    { SecurityGroups: [{ GroupId: '$group', IpPermissions: [] }] },
  ],
];
