import type { Ec2Edit } from './commit.ts';
import type { Ec2 } from './ec2.ts';
import { hexDigits } from './ids.ts';
import type { Ec2State, SecurityGroup, SecurityGroupRule, Vpc } from './model.ts';

/** The group that a VPC is made with: everything among its members, and everything out. */
export function defaultGroup(
  ec2: Pick<Ec2, 'makeId' | 'random'>,
  of: Pick<SecurityGroup, 'vpcId' | 'account' | 'region'>,
  vpc: Pick<Vpc, 'ipv6Cidrs'>,
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
    rules: [members, ...allowAllOut(ec2, vpc)],
  };
}

/** What every new group has: everything out, of IPv6 too where the VPC has it. */
export function allowAllOut(
  ec2: Pick<Ec2, 'random'>,
  { ipv6Cidrs }: Pick<Vpc, 'ipv6Cidrs'>,
): SecurityGroupRule[] {
  const ipv4 = { id: ruleId(ec2), egress: true, protocol: '-1', cidr: '0.0.0.0/0', tags: {} };
  return ipv6Cidrs.length > 0 ? [ipv4, allowIpv6Out(ec2)] : [ipv4];
}

function allowIpv6Out(ec2: Pick<Ec2, 'random'>): SecurityGroupRule {
  return { id: ruleId(ec2), egress: true, protocol: '-1', ipv6Cidr: '::/0', tags: {} };
}

/** What a VPC's first IPv6 CIDR adds to its groups: to those whose rules out are still the ones that they were made with. */
export function letIpv6Out(
  ec2: Pick<Ec2, 'random'>,
  { securityGroups }: Ec2State,
  { id, ipv6Cidrs }: Vpc,
): Ec2Edit[] {
  if (ipv6Cidrs.length > 0) return [];
  return [...securityGroups.values()].flatMap((group) => {
    const [out, ...others] = group.rules.filter(({ egress }) => egress);
    const isUntouched = others.length === 0 && out?.protocol === '-1' && out.cidr === '0.0.0.0/0';
    if (group.vpcId !== id || !isUntouched) return [];
    const record = { ...group, rules: [...group.rules, allowIpv6Out(ec2)] };
    return [{ table: 'securityGroups' as const, id: group.id, record }];
  });
}

export function ruleId({ random }: Pick<Ec2, 'random'>): string {
  return `sgr-${hexDigits(random, 17)}`;
}
