import type { GatedCall } from '@pointsman/aws-wire';
import type { Access } from '../authorize.ts';
import { makeContext } from './context.ts';

/** Of ChangeResourceRecordSets, what conditions may ask for. */
type Changes = {
  ChangeBatch?: {
    Changes?: readonly { Action?: string; ResourceRecordSet?: { Name?: string; Type?: string } }[];
  };
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html */
export function route53Accesses({ operation, input }: GatedCall): Access[] {
  const access = { action: `route53:${operation}`, resource: resourceOf(operation, input) };
  if (operation !== 'ChangeResourceRecordSets') return [{ ...access, context: makeContext([]) }];
  return [{ ...access, context: describeChanges(input as Changes) }];
}

function resourceOf(operation: string, input: object): string {
  const { HostedZoneId, HealthCheckId, Id, ResourceId, ResourceType } = input as Readonly<
    Record<string, string>
  >;
  const bare = (id: string) => id.split('/').at(-1);
  if (HostedZoneId !== undefined) return `arn:aws:route53:::hostedzone/${bare(HostedZoneId)}`;
  if (HealthCheckId !== undefined) return `arn:aws:route53:::healthcheck/${HealthCheckId}`;
  if (ResourceId !== undefined) return `arn:aws:route53:::${ResourceType}/${bare(ResourceId)}`;
  if (Id === undefined) return '*';
  const type = operation.includes('DelegationSet')
    ? 'delegationset'
    : operation === 'GetChange'
      ? 'change'
      : 'hostedzone';
  return `arn:aws:route53:::${type}/${bare(Id)}`;
}

/** Names in lower case and without the dot at their end, as conditions have them. */
function describeChanges({ ChangeBatch }: Changes) {
  const changes = ChangeBatch?.Changes ?? [];
  return makeContext(
    changes.flatMap(({ Action, ResourceRecordSet }) => [
      [
        'route53:ChangeResourceRecordSetsNormalizedRecordNames',
        ResourceRecordSet?.Name?.toLowerCase().replace(/\.$/, ''),
      ],
      ['route53:ChangeResourceRecordSetsRecordTypes', ResourceRecordSet?.Type],
      ['route53:ChangeResourceRecordSetsActions', Action],
    ]),
  );
}
