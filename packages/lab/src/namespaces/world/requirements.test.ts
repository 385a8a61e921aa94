import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Machine, requireNamespaces } from './requirements.ts';

const FINE: Machine = { platform: 'linux', isRoot: true, hasProgram: () => true };

test('a machine that has everything is taken', () => {
  requireNamespaces(FINE);
});

for (const [what, lacks, message] of [
  ['root', { isRoot: false }, /needs root \(sudo\), or user namespaces, .*; without it, `--world loopback`/],
  [
    'programs',
    { hasProgram: (name: string) => name !== 'nft' && name !== 'udhcpc' },
    /needs nft, udhcpc \(Debian: apt-get install nftables udhcpc\); without it/,
  ],
  [
    'both',
    { isRoot: false, hasProgram: (name: string) => name !== 'ip' },
    /needs root \(sudo\), .* and ip \(/,
  ],
  ['Linux', { platform: 'darwin' }, /network namespaces are Linux’s; without it/],
] as const) {
  test(`without ${what} it is said what is missing, and what goes without it`, () => {
    assert.throws(() => requireNamespaces({ ...FINE, ...lacks }), { code: 'not-possible', message });
  });
}
