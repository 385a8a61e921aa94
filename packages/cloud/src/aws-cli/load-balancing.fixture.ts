import type { Step } from './story.fixture.ts';

/** A load balancer in the subnets of the networks, until it is deleted. */
export const LOAD_BALANCERS: readonly Step[] = [
  [
    'elbv2 create-load-balancer --name web --scheme internal --subnets $subnet',
    /^An error occurred \(ValidationError\) when calling the CreateLoadBalancer operation: .*two different/,
  ],
  [
    'elbv2 create-load-balancer --name web --scheme internal --subnets $subnet $subnetb --tags Key=tier,Value=main',
    {
      LoadBalancers: [
        {
          LoadBalancerArn: '$balancer',
          DNSName: /^internal-web-[0-9]+\.eu-west-1\.elb\.amazonaws\.com$/,
          CanonicalHostedZoneId: /^Z/,
          State: { Code: 'active' },
        },
      ],
    },
  ],
  [
    'elbv2 describe-load-balancers --names web',
    { LoadBalancers: [{ LoadBalancerArn: '$balancer', VpcId: '$vpc', Type: 'application' }] },
  ],
  ['elbv2 add-tags --resource-arns $balancer --tags Key=stage,Value=test'],
  ['elbv2 remove-tags --resource-arns $balancer --tag-keys tier'],
  [
    'elbv2 describe-tags --resource-arns $balancer',
    { TagDescriptions: [{ ResourceArn: '$balancer', Tags: [{ Key: 'stage', Value: 'test' }] }] },
  ],

  [
    'elbv2 create-target-group --name web --protocol HTTP --port 80 --vpc-id $vpc --target-type ip',
    { TargetGroups: [{ TargetGroupArn: '$targets', TargetType: 'ip' }] },
  ],
  ['elbv2 register-targets --target-group-arn $targets --targets Id=10.0.1.53,Port=8080 Id=10.0.2.53'],
  ['elbv2 deregister-targets --target-group-arn $targets --targets Id=10.0.2.53'],
  [
    'elbv2 describe-target-health --target-group-arn $targets',
    {
      TargetHealthDescriptions: [
        {
          Target: { Id: '10.0.1.53', Port: 8080 },
          TargetHealth: { State: 'unused', Reason: 'Target.NotInUse' },
        },
      ],
    },
  ],
  [
    'elbv2 create-listener --load-balancer-arn $balancer --protocol HTTP --port 80 --default-actions Type=forward,TargetGroupArn=$targets',
    { Listeners: [{ ListenerArn: '$listener', Port: 80 }] },
  ],
  [
    'elbv2 describe-listeners --load-balancer-arn $balancer',
    {
      Listeners: [
        { ListenerArn: '$listener', DefaultActions: [{ Type: 'forward', TargetGroupArn: '$targets' }] },
      ],
    },
  ],
  [
    'elbv2 describe-target-groups --load-balancer-arn $balancer',
    { TargetGroups: [{ TargetGroupName: 'web', LoadBalancerArns: ['$balancer'] }] },
  ],
  [
    'elbv2 delete-target-group --target-group-arn $targets',
    /^An error occurred \(ResourceInUse\) when calling the DeleteTargetGroup operation: .*currently in use/,
  ],

  ['elbv2 delete-listener --listener-arn $listener'],
  ['elbv2 delete-target-group --target-group-arn $targets'],
  ['elbv2 delete-load-balancer --load-balancer-arn $balancer'],
  [
    'elbv2 describe-load-balancers --load-balancer-arns $balancer',
    /^An error occurred \(LoadBalancerNotFound\) when calling the DescribeLoadBalancers operation: /,
  ],
];
