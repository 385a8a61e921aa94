import type { Step } from './story.fixture.ts';

/** An interface in the subnet of the networks with the security group; it stays. */
export const INTERFACES: readonly Step[] = [
  [
    'ec2 describe-network-interfaces --network-interface-ids eni-0123456789abcdef0',
    /^An error occurred \(InvalidNetworkInterfaceID\.NotFound\) when calling the DescribeNetworkInterfaces operation: The networkInterface ID 'eni-0123456789abcdef0' does not exist$/,
  ],
  [
    'ec2 create-network-interface --subnet-id $subnet --private-ip-address 10.0.1.53 --description fixed --groups $group --tag-specifications ResourceType=network-interface,Tags=[{Key=pointsman:member,Value=a}]',
    {
      NetworkInterface: {
        NetworkInterfaceId: '$eni',
        Status: 'available',
        PrivateIpAddress: '10.0.1.53',
        PrivateDnsName: 'ip-10-0-1-53.eu-west-1.compute.internal',
        Groups: [{ GroupId: '$group' }],
        TagSet: [{ Key: 'pointsman:member', Value: 'a' }],
      },
    },
  ],
  ['ec2 modify-network-interface-attribute --network-interface-id $eni --no-source-dest-check'],
  [
    'ec2 describe-network-interface-attribute --network-interface-id $eni --attribute sourceDestCheck',
    { NetworkInterfaceId: '$eni', SourceDestCheck: { Value: false } },
  ],
  [
    'ec2 assign-private-ip-addresses --network-interface-id $eni --private-ip-addresses 10.0.1.60',
    { NetworkInterfaceId: '$eni', AssignedPrivateIpAddresses: [{ PrivateIpAddress: '10.0.1.60' }] },
  ],
  [
    'ec2 describe-network-interfaces --filters Name=addresses.private-ip-address,Values=10.0.1.60 Name=private-ip-address,Values=10.0.1.60',
    {
      NetworkInterfaces: [
        {
          NetworkInterfaceId: '$eni',
          PrivateIpAddresses: [
            { PrivateIpAddress: '10.0.1.53', Primary: true },
            { PrivateIpAddress: '10.0.1.60', Primary: false },
          ],
        },
      ],
    },
  ],
  ['ec2 unassign-private-ip-addresses --network-interface-id $eni --private-ip-addresses 10.0.1.60'],
  [
    'ec2 assign-ipv6-addresses --network-interface-id $eni --ipv6-address-count 1',
    { NetworkInterfaceId: '$eni', AssignedIpv6Addresses: ['$eni6'] },
  ],
  [
    'ec2 unassign-ipv6-addresses --network-interface-id $eni --ipv6-addresses $eni6',
    { NetworkInterfaceId: '$eni', UnassignedIpv6Addresses: ['$eni6'] },
  ],
  [
    'ec2 describe-network-interfaces --filters Name=tag:pointsman:member,Values=*',
    { NetworkInterfaces: [{ PrivateIpAddresses: [{ PrivateIpAddress: '10.0.1.53' }], Ipv6Addresses: [{}] }] },
  ],
];

/** More interfaces than one page has: the CLI asks for all pages by itself. */
export const PAGES: readonly Step[] = [
  ...Array.from(
    { length: 6 },
    (_, index): Step => [
      `ec2 create-network-interface --subnet-id $subnet --description paged`,
      { NetworkInterface: { NetworkInterfaceId: `$paged${index}` } },
    ],
  ),
  [
    'ec2 describe-network-interfaces --page-size 5 --filters Name=description,Values=paged',
    { NetworkInterfaces: Array.from({ length: 6 }, () => ({ Description: 'paged' })) },
  ],
  ...Array.from(
    { length: 6 },
    (_, index): Step => [`ec2 delete-network-interface --network-interface-id $paged${index}`],
  ),
];
