import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { parseAgentConfig } from '@pointsman/core/config';
import { agentPolicy } from '@pointsman/host';
import { ROOT } from './system/command.ts';

test('docs/agent.md shows a configuration that is one, and the very policy that its role needs', () => {
  const text = readFileSync(resolve(ROOT, 'docs/agent.md'), 'utf8');
  const blocks = [...text.matchAll(/^```json\n(.*?)^```$/gms)].map((match) => JSON.parse(match[1]!));
  const parsed = blocks.map(parseAgentConfig).find((each) => each.ok);
  assert.ok(parsed?.ok);
  const policy = agentPolicy(parsed.config, { account: '111122223333', region: 'ap-southeast-2' });
  assert.deepEqual(
    blocks.find((each) => 'Statement' in each),
    policy,
  );
});
