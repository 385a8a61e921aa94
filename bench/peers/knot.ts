import { join } from 'node:path';
import type { Peer } from './peer.ts';

/**
 * Knot Resolver, one process. `STUB` is its way to forward without validating; the modules that watch the root's keys and
 * the clock have nothing to do here.
 */
export const knot: Peer = {
  name: 'Knot Resolver',
  role: 'other',
  package: { package: 'knot-resolver', command: 'kresd' },
  files: ({ listen, upstream, suffixes, cacheBytes }) => ({
    'kresd.conf': `net.ipv6 = false
net.listen('${listen.address}', ${listen.port}, { kind = 'dns' })
log_level('crit')
trust_anchors.remove('.')
for _, name in ipairs({'ta_update', 'ta_signal_query', 'ta_sentinel', 'priming', 'detect_time_skew', 'detect_time_jump'}) do
  modules.unload(name)
end
cache.size = ${cacheBytes}
local suffixes = {}
for suffix in io.lines('suffixes') do
  table.insert(suffixes, todname(suffix))
end
policy.add(policy.suffix(policy.STUB('${upstream.address}@${upstream.port}'), suffixes))
`,
    suffixes: suffixes.map((suffix) => `${suffix}.\n`).join(''),
  }),
  command: ({ directory }) => ({
    program: 'kresd',
    arguments: ['--noninteractive', '--config', join(directory, 'kresd.conf'), directory],
    directory,
  }),
  version: { program: 'kresd', arguments: ['--version'] },
};
