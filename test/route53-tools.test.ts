import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-route-53';
import { ask } from '@pointsman/lab';
import { freePort } from './system/free-port.ts';
import { type Running, startCommand } from './system/running.ts';

/** What other tools do with the API, from their documentation, by the AWS SDK as it is. */
const REGION = 'eu-central-1';
const KEY = { accessKeyId: 'AKIATOOLS', secretAccessKey: 'secret' };
const VPC = { VPCId: 'vpc-tools', VPCRegion: REGION } as const;

let running: Running;
let client: aws.Route53Client;
let dnsPort: number;
before(async () => {
  dnsPort = await freePort();
  const args = ['--dns', `127.0.0.1:${dnsPort}`, '--api', `127.0.0.1:${await freePort()}`, '--json'];
  running = startCommand([
    ...['zones', 'serve', ...args, '--vpc', `vpc-tools=127.0.0.0/8@${REGION}`],
    ...['--key', `${KEY.accessKeyId}:${KEY.secretAccessKey}@111122223333`],
  ]);
  const { api } = await running.waitFor(({ event }) => event === 'ready');
  client = new aws.Route53Client({ endpoint: api as string, region: REGION, credentials: KEY });
});
after(async () => {
  client.destroy();
  await running.stop();
});

let references = 0;
async function create(Name: string, input: Partial<aws.CreateHostedZoneCommandInput> = {}) {
  return client.send(
    new aws.CreateHostedZoneCommand({ Name, CallerReference: `r${references++}`, ...input }),
  );
}
const change = (HostedZoneId: string, Changes: aws.Change[]) =>
  client.send(new aws.ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
const record = (Name: string, Type: aws.RRType, ...values: string[]): aws.ResourceRecordSet => ({
  Name,
  Type,
  TTL: 300,
  ResourceRecords: values.map((Value) => ({ Value })),
});
const upsert = (ResourceRecordSet: aws.ResourceRecordSet): aws.Change => ({
  Action: 'UPSERT',
  ResourceRecordSet,
});
const remove = (ResourceRecordSet: aws.ResourceRecordSet): aws.Change => ({
  Action: 'DELETE',
  ResourceRecordSet,
});
/** All record sets of a zone, each page from where the last one says. */
async function* pages(HostedZoneId: string, MaxItems: number) {
  let start: Partial<aws.ListResourceRecordSetsCommandInput> = {};
  for (;;) {
    const page = await client.send(
      new aws.ListResourceRecordSetsCommand({ HostedZoneId, MaxItems, ...start }),
    );
    yield page;
    if (!page.IsTruncated) return;
    start = {
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
      StartRecordIdentifier: page.NextRecordIdentifier,
    };
  }
}
async function answers(name: string, type: string) {
  const reply = await ask({
    server: { address: '127.0.0.1', port: dnsPort },
    name: `${name}.`,
    type,
    patience: 2000,
    tries: 2,
  });
  assert.ok(reply.ok);
  return reply.message.answers.length;
}

describe('Terraform', { timeout: 300_000 }, () => {
  test('makes a private zone, waits for INSYNC, reads it back, adds a record, and takes all of it away', async () => {
    const {
      HostedZone,
      ChangeInfo,
      VPC: made,
    } = await create('terraform.example', {
      VPC,
      HostedZoneConfig: { Comment: 'Managed by Terraform' },
    });
    assert.deepEqual(made, VPC);
    const id = HostedZone!.Id!.replace('/hostedzone/', '');
    const changeId = ChangeInfo!.Id!.replace('/change/', '');
    assert.equal(
      (await client.send(new aws.GetChangeCommand({ Id: changeId }))).ChangeInfo!.Status,
      'INSYNC',
    );
    const read = await client.send(new aws.GetHostedZoneCommand({ Id: id }));
    assert.equal(read.HostedZone!.Config!.Comment, 'Managed by Terraform');
    assert.deepEqual(read.VPCs, [VPC]);
    // The primary name server is read from the NS records of a private zone, which has no delegation set.
    const apex = await client.send(
      new aws.ListResourceRecordSetsCommand({
        HostedZoneId: id,
        StartRecordName: 'terraform.example',
        StartRecordType: 'NS',
        MaxItems: 1,
      }),
    );
    assert.equal(apex.ResourceRecordSets![0]!.ResourceRecords!.length, 4);
    const tags = await client.send(
      new aws.ListTagsForResourceCommand({ ResourceType: 'hostedzone', ResourceId: id }),
    );
    assert.deepEqual(tags.ResourceTagSet!.Tags, []);

    await change(id, [upsert(record('www.terraform.example', 'A', '10.0.0.1'))]);
    const found = await client.send(
      new aws.ListResourceRecordSetsCommand({
        HostedZoneId: id,
        StartRecordName: 'www.terraform.example',
        StartRecordType: 'A',
        MaxItems: 100,
      }),
    );
    const [set] = found.ResourceRecordSets!;
    assert.equal(set!.Name, 'www.terraform.example.');
    assert.equal(await answers('www.terraform.example', 'A'), 1);

    // force_destroy: everything but the SOA and NS of the apex goes first.
    await assert.rejects(client.send(new aws.DeleteHostedZoneCommand({ Id: id })), {
      name: 'HostedZoneNotEmpty',
    });
    for await (const page of pages(id, 300)) {
      const own = page.ResourceRecordSets!.filter(({ Type }) => Type !== 'SOA' && Type !== 'NS');
      await change(id, own.map(remove));
    }
    await assert.rejects(client.send(new aws.GetDNSSECCommand({ HostedZoneId: id })), {
      name: 'InvalidArgument',
    });
    await client.send(new aws.DeleteHostedZoneCommand({ Id: id }));
    await assert.rejects(client.send(new aws.GetHostedZoneCommand({ Id: id })), { name: 'NoSuchHostedZone' });
  });

  test('finds a zone by name and kind among all zones', async () => {
    await create('lookup.example');
    await create('lookup.example', { VPC });
    const found: aws.HostedZone[] = [];
    for await (const page of aws.paginateListHostedZones({ client, pageSize: 1 }, {})) {
      found.push(
        ...page.HostedZones!.filter(({ Name, Config }) => Name === 'lookup.example.' && Config!.PrivateZone),
      );
    }
    assert.equal(found.length, 1);
  });
});

describe('Terraform, for TXT records', { timeout: 300_000 }, () => {
  test('writes a text of more than 255 characters as strings without a blank, and reads them back as they were', async () => {
    const { HostedZone } = await create('long.example', { VPC });
    const id = HostedZone!.Id!;
    const long = `"${'x'.repeat(255)}""${'y'.repeat(45)}"`;
    await change(id, [upsert(record('dkim.long.example', 'TXT', long))]);
    for await (const page of pages(id, 300)) {
      const [text] = page.ResourceRecordSets!.filter(({ Type }) => Type === 'TXT');
      assert.deepEqual(text!.ResourceRecords, [{ Value: long }]);
    }
    assert.equal(await answers('dkim.long.example', 'TXT'), 1);
    await change(id, [remove(record('dkim.long.example', 'TXT', long))]);
    assert.equal(await answers('dkim.long.example', 'TXT'), 0);
  });
});

describe('external-dns', { timeout: 300_000 }, () => {
  /** Ownership stands in a TXT record beside each name, its text in quotes. */
  const owner =
    '"heritage=external-dns,external-dns/owner=default,external-dns/resource=ingress/default/web"';

  test('owns its records by TXT records beside them, also those of wildcards', async () => {
    const { HostedZone } = await create('k8s.example', { VPC });
    const id = HostedZone!.Id!;
    const records = [
      record('web.k8s.example', 'A', '10.0.0.5'),
      record('cname-web.k8s.example', 'TXT', owner),
      record('*.apps.k8s.example', 'CNAME', 'web.k8s.example'),
      record('cname-*.apps.k8s.example', 'TXT', owner),
    ];
    await change(id, records.map(upsert));
    // Again, as at every interval: nothing is wrong with an UPSERT of what is there.
    await change(id, records.map(upsert));
    const listed: aws.ResourceRecordSet[] = [];
    for await (const page of pages(id, 300)) {
      listed.push(...page.ResourceRecordSets!);
    }
    const texts = listed.filter(({ Type }) => Type === 'TXT').map((set) => set.ResourceRecords![0]!.Value);
    assert.deepEqual(texts, [owner, owner]);
    assert.ok(listed.some(({ Name }) => Name === String.raw`\052.apps.k8s.example.`));
    assert.equal(await answers('any.apps.k8s.example', 'A'), 2);
    // It deletes what it listed, just as it came.
    await change(id, listed.filter(({ Type }) => Type !== 'SOA' && Type !== 'NS').map(remove));
    assert.equal(await answers('web.k8s.example', 'A'), 0);
  });

  test('deletes before it creates, as a batch is judged in order', async () => {
    const { HostedZone } = await create('order.example', { VPC });
    const id = HostedZone!.Id!;
    const cname = record('web.order.example', 'CNAME', 'elsewhere.example');
    const address = record('web.order.example', 'A', '10.0.0.1');
    await change(id, [upsert(cname)]);
    await assert.rejects(change(id, [upsert(address), remove(cname)]), {
      name: 'InvalidChangeBatch',
      message:
        /RRSet of type A with DNS name web\.order\.example\. is not permitted because a conflicting RRSet/,
    });
    await change(id, [remove(cname), upsert(address)]);
    const alias = { HostedZoneId: id.replace('/hostedzone/', ''), DNSName: 'web.order.example' };
    const named: aws.ResourceRecordSet = {
      ...{ Name: 'order.example', Type: 'A' },
      AliasTarget: { ...alias, EvaluateTargetHealth: true },
    };
    await assert.rejects(change(id, [upsert(named), upsert(address)]), {
      name: 'InvalidChangeBatch',
      message:
        /Tried to create an alias that targets web\.order\.example\., type A in zone \w+, but that target was not found/,
    });
    await change(id, [upsert(address), upsert(named)]);
    assert.equal(await answers('order.example', 'A'), 1);
  });

  test('reads the tags of zones, ten at a time, to choose among them', async () => {
    const ids = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const { HostedZone } = await create(`tag${index}.example`);
        return HostedZone!.Id!.replace('/hostedzone/', '');
      }),
    );
    await client.send(
      new aws.ChangeTagsForResourceCommand({
        ResourceType: 'hostedzone',
        ResourceId: ids[3],
        AddTags: [{ Key: 'external-dns', Value: 'yes' }],
      }),
    );
    const { ResourceTagSets } = await client.send(
      new aws.ListTagsForResourcesCommand({ ResourceType: 'hostedzone', ResourceIds: ids }),
    );
    const tagged = ResourceTagSets!.filter(({ Tags }) => Tags!.length > 0);
    assert.deepEqual(
      tagged.map(({ ResourceId }) => ResourceId),
      [ids[3]],
    );
  });
});

describe('octoDNS', { timeout: 300_000 }, () => {
  test('finds a zone by ListHostedZonesByName, which begins at the name or after it', async () => {
    await create('octo.example');
    const find = async (DNSName: string) => {
      const { HostedZones } = await client.send(
        new aws.ListHostedZonesByNameCommand({ DNSName, MaxItems: 1 }),
      );
      return HostedZones!.find(({ Name }) => Name === DNSName);
    };
    assert.ok(await find('octo.example.'));
    assert.equal(await find('octn.example.'), undefined);
  });

  test('splits long texts into strings, and escapes what is in them', async () => {
    const { HostedZone } = await create('texts.example', { VPC });
    const id = HostedZone!.Id!;
    const long = `"${'x'.repeat(255)}" "${'y'.repeat(45)}"`;
    const escaped = String.raw`"v=DKIM1\; k=rsa\; p=\"quoted\""`;
    await change(id, [upsert(record('texts.example', 'TXT', long, escaped))]);
    const { ResourceRecordSets } = await client.send(
      new aws.ListResourceRecordSetsCommand({
        HostedZoneId: id,
        StartRecordName: 'texts.example',
        StartRecordType: 'TXT',
        MaxItems: 1,
      }),
    );
    assert.deepEqual(
      ResourceRecordSets![0]!.ResourceRecords!.map(({ Value }) => Value),
      [long, escaped],
    );
    assert.equal(await answers('texts.example', 'TXT'), 2);
    await assert.rejects(change(id, [upsert(record('bare.texts.example', 'TXT', 'bare'))]), {
      name: 'InvalidChangeBatch',
      message: /Value should be enclosed in quotation marks/,
    });
    await assert.rejects(change(id, [upsert(record('long.texts.example', 'TXT', `"${'x'.repeat(256)}"`))]), {
      name: 'InvalidChangeBatch',
      message: /CharacterStringTooLong/,
    });
  });

  test('goes on with a page at the name, type and identifier that the last one gave', async () => {
    const { HostedZone } = await create('dynamic.example');
    const id = HostedZone!.Id!;
    const weighted = Array.from({ length: 12 }, (_, index) => ({
      ...record('w.dynamic.example', 'A', `192.0.2.${index}`),
      SetIdentifier: `value-${String(index).padStart(2, '0')}`,
      Weight: index,
    }));
    await change(id, weighted.map(upsert));
    const seen: (string | undefined)[] = [];
    for await (const page of pages(id, 5)) {
      seen.push(...page.ResourceRecordSets!.map(({ SetIdentifier }) => SetIdentifier));
    }
    assert.deepEqual(seen, [undefined, undefined, ...weighted.map(({ SetIdentifier }) => SetIdentifier)]);
  });
});
