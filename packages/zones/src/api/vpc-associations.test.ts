import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-route-53';
import { refused, startTestService, type TestService, vpc } from './test-service.ts';

let service: TestService;
before(async () => {
  service = await startTestService();
});
after(() => service.stop());

let zones = 0;
/** A private zone of the owner, associated with its first VPC. */
async function privateZone(): Promise<string> {
  const { HostedZone } = await service.owner.send(
    new aws.CreateHostedZoneCommand({
      Name: `z${zones++}.example`,
      CallerReference: `z${zones}`,
      VPC: vpc('vpc-main'),
    }),
  );
  return HostedZone!.Id!;
}
const associate = (client: aws.Route53Client, HostedZoneId: string, id: string) =>
  client.send(new aws.AssociateVPCWithHostedZoneCommand({ HostedZoneId, VPC: vpc(id), Comment: 'why' }));
const disassociate = (client: aws.Route53Client, HostedZoneId: string, id: string) =>
  client.send(new aws.DisassociateVPCFromHostedZoneCommand({ HostedZoneId, VPC: vpc(id) }));
const authorize = (client: aws.Route53Client, HostedZoneId: string, id: string) =>
  client.send(new aws.CreateVPCAssociationAuthorizationCommand({ HostedZoneId, VPC: vpc(id) }));
const deauthorize = (client: aws.Route53Client, HostedZoneId: string, id: string) =>
  client.send(new aws.DeleteVPCAssociationAuthorizationCommand({ HostedZoneId, VPC: vpc(id) }));

async function vpcsOf(Id: string) {
  const { VPCs } = await service.owner.send(new aws.GetHostedZoneCommand({ Id }));
  return VPCs!.map(({ VPCId }) => VPCId);
}

describe('VPCs of a hosted zone', () => {
  test('are added and taken away by its owner, but not the last', async () => {
    const zone = await privateZone();
    const { ChangeInfo } = await associate(service.owner, zone, 'vpc-second');
    assert.equal(ChangeInfo!.Comment, 'why');
    assert.deepEqual(await vpcsOf(zone), ['vpc-main', 'vpc-second']);
    await disassociate(service.owner, zone, 'vpc-main');
    assert.deepEqual(await vpcsOf(zone), ['vpc-second']);
    await assert.rejects(
      disassociate(service.owner, zone, 'vpc-main'),
      refused('VPCAssociationNotFound', 404),
    );
    await assert.rejects(disassociate(service.owner, zone, 'vpc-second'), refused('LastVPCAssociation', 400));
  });

  test('are added to private zones only, and only where they exist', async () => {
    const { HostedZone } = await service.owner.send(
      new aws.CreateHostedZoneCommand({ Name: 'public.example', CallerReference: 'public' }),
    );
    await assert.rejects(
      associate(service.owner, HostedZone!.Id!, 'vpc-main'),
      refused('PublicZoneVPCAssociation', 400),
    );
    await assert.rejects(
      associate(service.owner, await privateZone(), 'vpc-none'),
      refused('InvalidVPCId', 400),
    );
    await assert.rejects(associate(service.owner, 'Z0', 'vpc-main'), refused('NoSuchHostedZone', 404));
  });

  test('have one zone of a name', async () => {
    const create = (reference: string, id: string) =>
      service.owner.send(
        new aws.CreateHostedZoneCommand({ Name: 'same.example', CallerReference: reference, VPC: vpc(id) }),
      );
    await create('same1', 'vpc-main');
    const second = await create('same2', 'vpc-second');
    await assert.rejects(
      associate(service.owner, second.HostedZone!.Id!, 'vpc-main'),
      refused('ConflictingDomainExists', 400),
    );
  });

  test('of another account are added by that account, once the owner of the zone has authorised it', async () => {
    const zone = await privateZone();
    await assert.rejects(
      associate(service.guest, zone, 'vpc-guest'),
      refused(
        'NotAuthorizedException',
        401,
        'The VPC: vpc-guest has not authorized to associate with your hosted zone.',
      ),
    );
    const { VPC } = await authorize(service.owner, zone, 'vpc-guest');
    assert.deepEqual(VPC, vpc('vpc-guest'));
    await assert.rejects(associate(service.owner, zone, 'vpc-guest'), refused('NotAuthorizedException', 401));
    await associate(service.guest, zone, 'vpc-guest');
    await deauthorize(service.owner, zone, 'vpc-guest');
    assert.deepEqual(await vpcsOf(zone), ['vpc-main', 'vpc-guest']);
    await assert.rejects(
      deauthorize(service.owner, zone, 'vpc-guest'),
      refused('VPCAssociationAuthorizationNotFound', 404),
    );
    await disassociate(service.guest, zone, 'vpc-guest');
    assert.deepEqual(await vpcsOf(zone), ['vpc-main']);
  });

  test('are authorised, and taken away, by nobody else', async () => {
    const zone = await privateZone();
    await assert.rejects(authorize(service.guest, zone, 'vpc-guest'), refused('AccessDenied', 403));
    await assert.rejects(disassociate(service.guest, zone, 'vpc-main'), refused('AccessDenied', 403));
  });

  test('that are authorised come in pages', async () => {
    const HostedZoneId = await privateZone();
    for (const id of ['vpc-guest', 'vpc-second']) await authorize(service.owner, HostedZoneId, id);
    const list = (NextToken?: string) =>
      service.owner.send(
        new aws.ListVPCAssociationAuthorizationsCommand({ HostedZoneId, MaxResults: 1, NextToken }),
      );
    const first = await list();
    assert.deepEqual(first.VPCs, [vpc('vpc-guest')]);
    const second = await list(first.NextToken);
    assert.deepEqual(second.VPCs, [vpc('vpc-second')]);
    assert.equal(second.NextToken, undefined);
    await assert.rejects(list('nonsense'), refused('InvalidPaginationToken', 400));
  });
});
