import type { Ec2 } from './ec2.ts';
import { hexDigits } from './ids.ts';
import type { SecurityGroup, SecurityGroupRule } from './model.ts';

/** The group that a VPC is made with: everything among its members, and everything out. */
export function defaultGroup(
  ec2: Pick<Ec2, 'makeId' | 'random'>,
  of: Pick<SecurityGroup, 'vpcId' | 'account' | 'region'>,
): SecurityGroup {
  const id = ec2.makeId('sg', {});
  const members: SecurityGroupRule = {
    id: ruleId(ec2),
    egress: false,
    protocol: '-1',
    group: { id, account: of.account },
    tags: {},
  };
  return {
    ...of,
    id,
    tags: {},
    name: 'default',
    description: 'default VPC security group',
    rules: [members, allowAllOut(ec2)],
  };
}

/** What every new group has. */
export function allowAllOut(ec2: Pick<Ec2, 'random'>): SecurityGroupRule {
  return { id: ruleId(ec2), egress: true, protocol: '-1', cidr: '0.0.0.0/0', tags: {} };
}

export function ruleId({ random }: Pick<Ec2, 'random'>): string {
  return `sgr-${hexDigits(random, 17)}`;
}
