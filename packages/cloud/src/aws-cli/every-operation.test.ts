import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AWS } from '../../../../test/system/aws.ts';
import { AWS_CLI, type AwsDriver, startAwsDriver } from '../../../../test/system/aws-driver.ts';
import { skipWithout } from '../../../../test/system/packages.ts';
import type { Cloud } from '../endpoint/create-cloud.ts';
import { OWNER, REGION, startTestCloud, type TestCloud } from '../endpoint/test-cloud.ts';
import { GROUPS, MEMBERS } from './auto-scaling.fixture.ts';
import { IDENTITY } from './identity.fixture.ts';
import { INSTANCES, LAUNCH_TEMPLATES, TAKEN_DOWN } from './instances.fixture.ts';
import { INTERFACES, PAGES } from './interfaces.fixture.ts';
import { LOAD_BALANCERS } from './load-balancing.fixture.ts';
import { NETWORKS } from './networks.fixture.ts';
import { OBJECTS } from './objects.fixture.ts';
import { PARAMETERS } from './parameters.fixture.ts';
import { SECURITY_GROUPS } from './security-groups.fixture.ts';
import { play, type Step } from './story.fixture.ts';

/** In the order of a life: each story builds on those before it. */
const STORIES: Readonly<Record<string, readonly Step[]>> = {
  'makes networks': NETWORKS,
  'makes security groups': SECURITY_GROUPS,
  'makes network interfaces': INTERFACES,
  'goes through pages by itself': PAGES,
  'makes launch templates': LAUNCH_TEMPLATES,
  'runs instances': INSTANCES,
  'makes load balancers': LOAD_BALANCERS,
  'makes Auto Scaling groups': GROUPS,
  'changes what is in a group': MEMBERS,
  'takes the network down again': TAKEN_DOWN,
  'keeps parameters': PARAMETERS,
  'keeps objects': OBJECTS,
  'knows who it is': IDENTITY,
};

/** By the names that the services have in signatures: all that is served. */
const SERVED: Readonly<Record<string, (cloud: Cloud) => object>> = {
  ec2: (cloud) => cloud.ec2,
  autoscaling: (cloud) => cloud.autoScaling,
  elasticloadbalancing: (cloud) => cloud.loadBalancing,
  ssm: (cloud) => cloud.parameters,
  s3: (cloud) => cloud.objects,
  sts: (cloud) => cloud.identity.sts,
};

/** Debian's AWS CLI, unmodified, drives all that is served: nobody else calls this cloud. */
describe('the AWS CLI', { skip: skipWithout(AWS, AWS_CLI) }, () => {
  let world: TestCloud;
  let driver: AwsDriver;
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-aws-cli-'));
  const names = new Map(['body', 'got'].map((name) => [name, join(folder, name)]));
  before(async () => {
    writeFileSync(names.get('body')!, 'abc');
    world = await startTestCloud();
    const policy = JSON.stringify({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });
    world.cloud.identity.putRole({ account: OWNER.account, name: 'forwarder', policies: [policy] });
    driver = startAwsDriver();
  });
  after(async () => {
    await driver?.stop();
    await world?.stop();
    rmSync(folder, { recursive: true });
  });

  const aws = (...words: string[]) =>
    driver.run({ ...OWNER, region: REGION, endpoint: world.server.endpoint }, ...words);

  for (const [does, story] of Object.entries(STORIES)) {
    test(does, () => play(aws, story, { names, afterEach: world.settled }));
  }

  test('writes what it gets of S3 as it was put there', () => {
    assert.equal(readFileSync(names.get('got')!, 'utf8'), 'abc');
  });

  test('leaves nothing in the networks that it has taken down, and nothing failed by itself', () => {
    for (const [what, left] of Object.entries(world.fabric.remembered)) assert.equal(left.size, 0, what);
    assert.deepEqual(world.failures, []);
  });

  for (const [service, served] of Object.entries(SERVED)) {
    test(`leaves no operation of ${service} out that is served`, () => {
      const called = world.called(service);
      const left = Object.keys(served(world.cloud)).filter((name) => !called.includes(name));
      assert.deepEqual(left, []);
    });
  }

  test('leaves no service of the cloud out', () => {
    assert.deepEqual(world.cloud.services.map(({ name }) => name).sort(), Object.keys(SERVED).sort());
  });
});
