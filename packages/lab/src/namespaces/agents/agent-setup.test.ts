import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { parseAgentConfig } from '@pointsman/core/config';
import { setUpAgents } from './agent-setup.ts';

const TIER = { name: 'main', tag: 'acme/main', network: 'hub', engine: 'bind' as const, zones: [] };
const OWNER = { account: '111122223333', region: 'eu-west-1' };
const setup = (lab: string, command = ['node', 'pointsman.js']) => setUpAgents(lab, TIER, OWNER, command);

test('agents find the configurations of members where they are put, and may read no others', () => {
  const { bucket, keyOf, statusOf, policy } = setup('acme');
  assert.equal(`s3://${bucket}/${keyOf('a')}`, 's3://acme-configs-111122223333/main/a.json');
  assert.equal(statusOf('a'), '/pointsman/acme/status/main/a');
  const { Statement } = JSON.parse(policy) as { Statement: { Sid: string; Resource: unknown }[] };
  const resourceOf = (sid: string) => Statement.find(({ Sid }) => Sid === sid)?.Resource;
  assert.equal(resourceOf('ReadConfiguration'), 'arn:aws:s3:::acme-configs-111122223333/main/*.json');
  assert.equal(
    resourceOf('PublishStatus'),
    'arn:aws:ssm:eu-west-1:111122223333:parameter/pointsman/acme/status/main/*',
  );
});

test('user data writes a configuration that an agent takes, and runs the agent by it, whatever its path has in it', () => {
  const path = "/opt/it's $HOME here/pointsman.js";
  const { userData } = setup('acme', ['echo', path]);
  // What it would do to the machine, shown instead of done: files go below a folder, and the first round is the last.
  const script = userData
    .replaceAll(/\/(etc|var)\//g, '$ROOT/$1/')
    .replace('sleep 1', 'exit 0')
    .replaceAll('exec $ROOT', 'exec sh $ROOT');
  const shown = execFileSync(
    'sh',
    ['-c', `ROOT=$(mktemp -d); export ROOT; (${script}\n); cat $ROOT/etc/pointsman/agent.json; rm -r $ROOT`],
    { encoding: 'utf8' },
  );
  const [first, ...json] = shown.split('\n');
  assert.match(
    first!,
    /^\/opt\/it's \$HOME here\/pointsman\.js agent --config \S+\/etc\/pointsman\/agent\.json$/,
  );
  const parsed = parseAgentConfig(JSON.parse(json.join('\n')));
  assert.ok(parsed.ok);
  assert.deepEqual([parsed.config.engine, parsed.config.launchHook], ['bind', 'answers']);
});

test('a topology with so long a name that S3 has no bucket of it is told what to do', () => {
  assert.throws(() => setup('a'.repeat(43)), {
    code: 'name-too-long',
    message: /a name of 42 characters at most/,
  });
  setup('a'.repeat(42));
});
