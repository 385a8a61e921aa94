import type { Step } from './story.fixture.ts';

/** Networks as somebody would make and change them: what later stories need stays. */
export const NETWORKS: readonly Step[] = [
  ['ec2 describe-regions --region-names eu-west-1', { Regions: [{ RegionName: 'eu-west-1' }] }],
  [
    'ec2 describe-availability-zones --zone-names eu-west-1a',
    { AvailabilityZones: [{ ZoneName: 'eu-west-1a', ZoneId: 'euw1-az1' }] },
  ],

  [
    'ec2 create-vpc --cidr-block 10.0.0.0/16 --dry-run',
    /^An error occurred \(DryRunOperation\) when calling the CreateVpc operation: Request would have succeeded, but DryRun flag is set\.$/,
  ],
  [
    'ec2 create-vpc --cidr-block 10.0.0.0/16 --amazon-provided-ipv6-cidr-block --tag-specifications ResourceType=vpc,Tags=[{Key=Name,Value=main}]',
    {
      Vpc: {
        VpcId: '$vpc',
        CidrBlock: '10.0.0.0/16',
        Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: /^(?<ipv6>.+)\/56$/ }],
        Tags: [{ Key: 'Name', Value: 'main' }],
      },
    },
  ],
  ['ec2 modify-vpc-attribute --vpc-id $vpc --enable-dns-hostnames'],
  [
    'ec2 describe-vpc-attribute --vpc-id $vpc --attribute enableDnsHostnames',
    { VpcId: '$vpc', EnableDnsHostnames: { Value: true } },
  ],
  [
    'ec2 associate-vpc-cidr-block --vpc-id $vpc --cidr-block 10.1.0.0/16',
    { CidrBlockAssociation: { AssociationId: '$second', CidrBlock: '10.1.0.0/16' } },
  ],
  [
    'ec2 disassociate-vpc-cidr-block --association-id $second',
    { CidrBlockAssociation: { AssociationId: '$second' } },
  ],
  [
    'ec2 describe-vpcs --filters Name=tag:Name,Values=m?in',
    { Vpcs: [{ VpcId: '$vpc', CidrBlockAssociationSet: [{ CidrBlock: '10.0.0.0/16' }] }] },
  ],

  [
    'ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.1.0/24 --availability-zone eu-west-1a',
    { Subnet: { SubnetId: '$subnet', AvailableIpAddressCount: 251 } },
  ],
  [
    'ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.1.128/25',
    /\(InvalidSubnet\.Conflict\) when calling the CreateSubnet operation: The CIDR '10\.0\.1\.128\/25' conflicts with another subnet/,
  ],
  [
    'ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.2.0/24 --availability-zone eu-west-1b',
    { Subnet: { SubnetId: '$subnetb', AvailabilityZone: 'eu-west-1b' } },
  ],
  [
    'ec2 associate-subnet-cidr-block --subnet-id $subnet --ipv6-cidr-block 2001:db8::/64',
    /^An error occurred \(InvalidSubnet\.Range\) when calling the AssociateSubnetCidrBlock operation: /,
  ],
  [
    'ec2 associate-subnet-cidr-block --subnet-id $subnet --ipv6-cidr-block $ipv6/64',
    { SubnetId: '$subnet', Ipv6CidrBlockAssociation: { AssociationId: '$subnet6', Ipv6CidrBlock: /\/64$/ } },
  ],
  ['ec2 modify-subnet-attribute --subnet-id $subnet --assign-ipv6-address-on-creation'],
  [
    'ec2 describe-subnets --subnet-ids $subnet',
    { Subnets: [{ CidrBlock: '10.0.1.0/24', AssignIpv6AddressOnCreation: true }] },
  ],
  [
    'ec2 describe-route-tables --filters Name=vpc-id,Values=$vpc',
    { RouteTables: [{ VpcId: '$vpc', Associations: [{ Main: true }] }] },
  ],

  [
    'ec2 create-dhcp-options --dhcp-configurations Key=domain-name-servers,Values=10.0.1.53,10.0.2.53 Key=domain-name,Values=cloud.example',
    { DhcpOptions: { DhcpOptionsId: '$dhcp' } },
  ],
  ['ec2 associate-dhcp-options --dhcp-options-id $dhcp --vpc-id $vpc'],
  [
    'ec2 describe-dhcp-options --dhcp-options-ids $dhcp',
    {
      DhcpOptions: [
        {
          DhcpConfigurations: [
            { Key: 'domain-name-servers', Values: [{ Value: '10.0.1.53' }, { Value: '10.0.2.53' }] },
            { Key: 'domain-name', Values: [{ Value: 'cloud.example' }] },
          ],
        },
      ],
    },
  ],
  ['ec2 describe-vpcs --vpc-ids $vpc', { Vpcs: [{ DhcpOptionsId: '$dhcp' }] }],
  ['ec2 delete-dhcp-options --dhcp-options-id $dhcp', /\(DependencyViolation\)/],
  ['ec2 associate-dhcp-options --dhcp-options-id default --vpc-id $vpc'],
  ['ec2 delete-dhcp-options --dhcp-options-id $dhcp'],

  ['ec2 create-vpc --cidr-block 10.9.0.0/16', { Vpc: { VpcId: '$peer' } }],
  [
    'ec2 create-vpc-peering-connection --vpc-id $vpc --peer-vpc-id $peer',
    { VpcPeeringConnection: { VpcPeeringConnectionId: '$rejected', Status: { Code: 'pending-acceptance' } } },
  ],
  ['ec2 reject-vpc-peering-connection --vpc-peering-connection-id $rejected', { Return: true }],
  [
    'ec2 create-vpc-peering-connection --vpc-id $vpc --peer-vpc-id $peer',
    { VpcPeeringConnection: { VpcPeeringConnectionId: '$peering' } },
  ],
  [
    'ec2 accept-vpc-peering-connection --vpc-peering-connection-id $peering',
    { VpcPeeringConnection: { Status: { Code: 'active' } } },
  ],
  [
    'ec2 describe-vpc-peering-connections --filters Name=status-code,Values=active',
    {
      VpcPeeringConnections: [
        {
          VpcPeeringConnectionId: '$peering',
          RequesterVpcInfo: { VpcId: '$vpc' },
          AccepterVpcInfo: { VpcId: '$peer' },
        },
      ],
    },
  ],
  ['ec2 delete-vpc-peering-connection --vpc-peering-connection-id $peering', { Return: true }],
  ['ec2 delete-vpc --vpc-id $peer'],
];
