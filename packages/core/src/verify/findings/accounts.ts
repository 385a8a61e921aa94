import { type FindingContext, zoneSubject } from './context.ts';
import type { Draft } from './finding.ts';
import { listed } from './words.ts';

/**
 * `cross-account-association`: a private zone of one account on a VPC of another. The zone's owner has to authorise it, the VPC's owner associates.
 * Where one account is stated, those that are not stated are one other.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-associate-vpcs-different-accounts.html
 */
export function findAccountCrossings({ topology, networks }: FindingContext): Draft[] {
  return topology.zones.flatMap((zone) => {
    if (zone.kind !== 'private') return [];
    const accounts = zone.networks.map((name) => {
      const network = networks.get(name)!;
      return { name, account: network.kind === 'vpc' ? network.account : undefined };
    });
    const owner = zone.account ?? accounts[0]!.account;
    const foreign = accounts.filter(({ account }) => account !== owner);
    if (foreign.length === 0) return [];
    const whose = listed(foreign.map(({ name, account }) => `${name} (${account ?? 'no account stated'})`));
    const who = owner ?? 'the account that is not stated';
    return [
      {
        code: 'cross-account-association',
        subject: zoneSubject(zone),
        text: `the zone is ${owner === undefined ? 'of no stated account' : `account ${owner}’s`}, and it is associated with ${whose}`,
        paths: [zone.path],
        remedy: `let ${who} authorise each association (CreateVPCAssociationAuthorization) before the VPC’s account makes it`,
      },
    ];
  });
}
