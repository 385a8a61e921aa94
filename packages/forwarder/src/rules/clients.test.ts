import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  addressAt,
  cidrContains,
  formatAddress,
  formatCidr,
  lastAddress,
  maskCidr,
  parseCidr,
} from '@pointsman/core/address';
import fc from 'fast-check';
import { encodePeer } from '../udp/peer.ts';
import { compileClients, NO_VIEW, viewOfPeer } from './clients.ts';

type Entry = { cidr: string; view: number };

function viewOf(entries: Entry[], address: string): number {
  return viewOfPeer(compileClients(entries), encodePeer(address, 53), 0);
}

/** The longest prefix that contains the address; of equal ones the last. */
function slowViewOf(entries: Entry[], address: Uint8Array): number {
  let best = -1;
  let view = NO_VIEW;
  for (const entry of entries) {
    const cidr = parseCidr(entry.cidr)!;
    if (cidrContains(cidr, address) && cidr.prefix >= best) {
      best = cidr.prefix;
      view = entry.view;
    }
  }
  return view;
}

describe('clients', () => {
  it('have the view of the most specific CIDR', () => {
    const entries = [
      { cidr: '10.0.0.0/8', view: 0 },
      { cidr: '10.1.0.0/16', view: 1 },
      { cidr: '10.1.2.0/24', view: 2 },
    ];
    assert.equal(viewOf(entries, '10.200.0.1'), 0);
    assert.equal(viewOf(entries, '10.1.200.1'), 1);
    assert.equal(viewOf(entries, '10.1.2.255'), 2);
    assert.equal(viewOf(entries, '10.1.3.0'), 1);
    assert.equal(viewOf(entries, '10.2.0.0'), 0);
    assert.equal(viewOf(entries, '11.0.0.0'), NO_VIEW);
  });

  it('may be everybody, to the last address of both families', () => {
    const entries = [
      { cidr: '0.0.0.0/0', view: 0 },
      { cidr: '::/0', view: 1 },
    ];
    for (const address of ['0.0.0.0', '10.0.0.1', '255.255.255.255'])
      assert.equal(viewOf(entries, address), 0);
    for (const address of ['::', 'fd00::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff']) {
      assert.equal(viewOf(entries, address), 1);
    }
  });

  it('may be a single address at the end of the address space', () => {
    assert.equal(viewOf([{ cidr: '255.255.255.255/32', view: 3 }], '255.255.255.255'), 3);
    assert.equal(viewOf([{ cidr: '255.255.255.255/32', view: 3 }], '0.0.0.0'), NO_VIEW);
    assert.equal(viewOf([{ cidr: '128.0.0.0/1', view: 3 }], '127.255.255.255'), NO_VIEW);
  });

  it('of one family are not those of the other', () => {
    assert.equal(viewOf([{ cidr: '0.0.0.0/0', view: 0 }], '::1'), NO_VIEW);
    assert.equal(viewOf([{ cidr: '::/0', view: 0 }], '127.0.0.1'), NO_VIEW);
    assert.equal(viewOf([], '127.0.0.1'), NO_VIEW);
  });

  it('are found as a walk over all CIDRs would find them', () => {
    // Few distinct bytes, so that CIDRs nest and touch often.
    const byte = fc.constantFrom(0, 1, 2, 127, 128, 254, 255);
    for (const size of [4, 16]) {
      const bytes = fc.array(byte, { minLength: size, maxLength: size }).map((list) => Uint8Array.from(list));
      const entry = fc
        .tuple(bytes, fc.integer({ min: 0, max: size * 8 }), fc.integer({ min: 0, max: 4 }))
        .map(([base, prefix, view]) => ({
          cidr: formatCidr(maskCidr(`${formatAddress(base)}/${prefix}`)!),
          view,
        }));
      fc.assert(
        fc.property(
          fc.array(entry, { maxLength: 20 }),
          fc.array(bytes, { maxLength: 8 }),
          (entries, more) => {
            const table = compileClients(entries);
            const edges = entries.flatMap(({ cidr }) => {
              const parsed = parseCidr(cidr)!;
              const last = lastAddress(parsed);
              return [parsed.bytes, last, addressAt(last, 1) ?? last];
            });
            for (const address of [...edges, ...more]) {
              const peer = encodePeer(formatAddress(address), 53);
              assert.equal(viewOfPeer(table, peer, 0), slowViewOf(entries, address), formatAddress(address));
            }
          },
        ),
        { numRuns: 300 },
      );
    }
  });

  it('are refused where a CIDR is none', () => {
    assert.throws(() => compileClients([{ cidr: '10.0.0.1/8', view: 0 }]), RangeError);
  });
});
