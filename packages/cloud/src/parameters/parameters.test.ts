import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-ssm';
import { GUEST, REGION, refused, startTestCloud, type TestCloud } from '../endpoint/test-cloud.ts';

let world: TestCloud;
let ssm: aws.SSMClient;
before(async () => {
  world = await startTestCloud();
  ssm = new aws.SSMClient(world.access());
});
after(async () => {
  ssm.destroy();
  await world.stop();
});

const put = (Name: string, Value: string, rest: Partial<aws.PutParameterCommandInput> = {}) =>
  ssm.send(new aws.PutParameterCommand({ Name, Value, Type: 'String', ...rest }));
const get = (Name: string, WithDecryption = false) =>
  ssm.send(new aws.GetParameterCommand({ Name, WithDecryption }));
const names = (parameters: { Name?: string | undefined }[] | undefined) =>
  parameters?.map(({ Name }) => Name);

describe('a parameter', () => {
  test('is read as it was put', async () => {
    assert.deepEqual(pick(await put('/acme/main/a', '{"tier": "ä"}'), ['Version', 'Tier']), {
      Version: 1,
      Tier: 'Standard',
    });
    const { Parameter } = await get('/acme/main/a');
    assert.deepEqual(Parameter, {
      Name: '/acme/main/a',
      Type: 'String',
      Value: '{"tier": "ä"}',
      Version: 1,
      LastModifiedDate: new Date(world.clock.now()),
      ARN: `arn:aws:ssm:${REGION}:111111111111:parameter/acme/main/a`,
      DataType: 'text',
    });
    assert.equal((await get(Parameter!.ARN!)).Parameter!.Name, '/acme/main/a');
  });

  test('is changed where the request says so, and keeps its versions', async () => {
    await put('versions', 'one');
    await assert.rejects(put('versions', 'two'), refused('ParameterAlreadyExists', 400, /set the overwrite/));
    const { Version } = await put('versions', 'two', { Overwrite: true });
    assert.equal(Version, 2);
    assert.equal((await get('versions')).Parameter!.Value, 'two');
    const first = await get('versions:1');
    assert.equal(first.Parameter!.Value, 'one');
    assert.equal(first.Parameter!.Selector, ':1');
    await assert.rejects(
      get('versions:3'),
      refused('ParameterVersionNotFound', 400, /version 3 of versions/),
    );
    const history = await ssm.send(new aws.GetParameterHistoryCommand({ Name: 'versions' }));
    assert.deepEqual(
      history.Parameters!.map(({ Value }) => Value),
      ['one', 'two'],
    );
    await assert.rejects(
      put('versions', 'three', { Overwrite: true, Type: 'StringList' }),
      refused('HierarchyTypeMismatchException', 400),
    );
  });

  test('keeps its newest hundred versions', async () => {
    await put('many', '1');
    for (let value = 2; value <= 102; value++) await put('many', String(value), { Overwrite: true });
    await assert.rejects(get('many:2'), refused('ParameterVersionNotFound', 400));
    assert.equal((await get('many:3')).Parameter!.Value, '3');
  });

  test('that is a SecureString is readable only with decryption', async () => {
    await put('secret', 'hush', { Type: 'SecureString' });
    assert.equal((await get('secret', true)).Parameter!.Value, 'hush');
    const { Value } = (await get('secret')).Parameter!;
    assert.ok(Value && !Value.includes('hush'));
    const described = await ssm.send(
      new aws.DescribeParametersCommand({ ParameterFilters: [{ Key: 'Type', Values: ['SecureString'] }] }),
    );
    assert.equal(described.Parameters![0]!.KeyId, 'alias/aws/ssm');
  });

  test('has 4 KB, or 8 KB in the advanced tier, from which it does not go back', async () => {
    await put('large', 'x'.repeat(4096));
    const more = 'x'.repeat(4097);
    await assert.rejects(put('larger', more), refused('ValidationException', 400, /4096 characters/));
    assert.equal((await put('larger', more, { Tier: 'Intelligent-Tiering' })).Tier, 'Advanced');
    await assert.rejects(
      put('larger', 'x', { Overwrite: true, Tier: 'Standard' }),
      refused('ValidationException', 400, /downgrade/),
    );
    await put('largest', 'x'.repeat(8192), { Tier: 'Advanced' });
    await assert.rejects(
      put('too-large', 'x'.repeat(8193), { Tier: 'Advanced' }),
      refused('ValidationException', 400, /8192 characters/),
    );
  });

  test('has a value that its allowed pattern fits, also later', async () => {
    await put('number', '42', { AllowedPattern: '^\\d+$' });
    const mismatch = 'Parameter value, cannot be validated against allowedPattern: ^\\d+$';
    await assert.rejects(
      put('number', 'x', { Overwrite: true }),
      refused('ParameterPatternMismatchException', 400, mismatch),
    );
    await assert.rejects(
      put('odd', 'x', { AllowedPattern: '(?=x)' }),
      refused('InvalidAllowedPatternException', 400, /known as '\(\?:' only/),
    );
  });

  test('has a name that AWS would take', async () => {
    for (const name of ['a b', 'a/b', '/a/', '/a//b', 'ssm-x', '/ssm/x']) {
      await assert.rejects(put(name, 'x'), refused('ValidationException', 400), name);
    }
    await assert.rejects(
      put('/aws/x', 'x'),
      refused('AccessDeniedException', 400, /reserved parameter name/),
    );
    const deep = `/${Array.from({ length: 16 }, () => 'a').join('/')}`;
    await assert.rejects(put(deep, 'x'), refused('HierarchyLevelLimitExceededException', 400));
    await assert.rejects(
      put('untyped', 'x', { Type: undefined }),
      refused('ValidationException', 400, /type is/),
    );
    await assert.rejects(put('policed', 'x', { Policies: '[]' }), refused('NotImplemented', 501, /Policies/));
  });

  test('is nobody else’s', async () => {
    await put('own', 'x');
    const guest = new aws.SSMClient(world.access(GUEST));
    const elsewhere = new aws.SSMClient({ ...world.access(), region: 'eu-central-1' });
    for (const client of [guest, elsewhere]) {
      const asked = client.send(new aws.GetParameterCommand({ Name: 'own' }));
      await assert.rejects(asked, refused('ParameterNotFound', 400));
      client.destroy();
    }
  });

  test('is gone once it is deleted', async () => {
    await put('short', 'x');
    const remove = () => ssm.send(new aws.DeleteParameterCommand({ Name: 'short' }));
    await remove();
    await assert.rejects(get('short'), refused('ParameterNotFound', 400));
    await assert.rejects(remove(), refused('ParameterNotFound', 400));
  });
});

describe('several parameters', () => {
  before(async () => {
    for (const name of ['/tree/a', '/tree/b/c', '/tree/b/d/e', '/treetop', 'tree']) await put(name, name);
  });

  test('are read and deleted at once, and what is missing is told', async () => {
    const got = await ssm.send(new aws.GetParametersCommand({ Names: ['/tree/a', 'none', '/treetop:1'] }));
    assert.deepEqual(names(got.Parameters), ['/tree/a', '/treetop']);
    assert.deepEqual(got.InvalidParameters, ['none']);
    const many = Array.from({ length: 11 }, (_, index) => `p${index}`);
    await assert.rejects(
      ssm.send(new aws.GetParametersCommand({ Names: many })),
      refused('ValidationException', 400),
    );
    await put('one', '1');
    const deleted = await ssm.send(new aws.DeleteParametersCommand({ Names: ['one', 'none'] }));
    assert.deepEqual(deleted.DeletedParameters, ['one']);
    assert.deepEqual(deleted.InvalidParameters, ['none']);
  });

  test('are found by their path, at one level or all, page by page', async () => {
    const below = async (input: aws.GetParametersByPathCommandInput) => {
      const found: (string | undefined)[] = [];
      for await (const page of aws.paginateGetParametersByPath({ client: ssm }, input)) {
        found.push(...names(page.Parameters)!);
      }
      return found;
    };
    assert.deepEqual(await below({ Path: '/tree' }), ['/tree/a']);
    assert.deepEqual(await below({ Path: '/tree/', Recursive: true, MaxResults: 1 }), [
      '/tree/a',
      '/tree/b/c',
      '/tree/b/d/e',
    ]);
    await assert.rejects(below({ Path: 'tree' }), refused('ValidationException', 400));
    await assert.rejects(below({ Path: '/', MaxResults: 11 }), refused('ValidationException', 400));
    await assert.rejects(below({ Path: '/', NextToken: 'invented' }), refused('InvalidNextToken', 400));
  });

  test('are described through filters', async () => {
    const described = async (...ParameterFilters: aws.ParameterStringFilter[]) =>
      names((await ssm.send(new aws.DescribeParametersCommand({ ParameterFilters }))).Parameters);
    await put('tagged', 'x', { Tags: [{ Key: 'tier', Value: 'main' }] });
    assert.deepEqual(await described({ Key: 'Name', Option: 'BeginsWith', Values: ['/treet'] }), [
      '/treetop',
    ]);
    assert.deepEqual(await described({ Key: 'Path', Option: 'OneLevel', Values: ['/tree/b'] }), [
      '/tree/b/c',
    ]);
    assert.deepEqual(await described({ Key: 'tag:tier', Values: ['main'] }), ['tagged']);
    await assert.rejects(described({ Key: 'Owner', Values: ['x'] }), refused('InvalidFilterKey', 400));
    await assert.rejects(
      described({ Key: 'Name', Option: 'Sounds', Values: ['x'] }),
      refused('InvalidFilterOption', 400),
    );
  });
});

test('every operation of Parameter Store that is served has been called', () => {
  assert.deepEqual(world.called('ssm').sort(), Object.keys(world.cloud.parameters).sort());
  assert.deepEqual(world.failures, []);
});

function pick(value: object, keys: string[]): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)));
}
