import { formatCidr } from '@pointsman/core/address';
import type { ForwardingRule } from '@pointsman/core/config';
import { bare } from '@pointsman/core/verify';

/** What a line says of one rule, or of all that were made of one CIDR. */
export type RuleLine = { what: string; upstreams: readonly string[] };

/** Addresses that begin with these bits: a reverse zone, or several that are one CIDR. `members`: their rules’ indexes, ascending. */
type Block = { bits: 32 | 128; prefix: number; top: bigint; members: number[] };

/** Fewer zones are told by their names. */
const FEWEST = 4;

/**
 * The lines for a tier's rules, in their order: reverse zones with the same upstreams that make up one CIDR are told as that,
 * `172.16.0.0/12 (16 zones)`.
 */
export function foldRules(rules: readonly ForwardingRule[]): RuleLine[] {
  const blocks = rules.flatMap(({ suffix, upstreams }, at) => {
    const block = blockOf(suffix, at);
    return block ? [{ ...block, key: `${block.bits} ${upstreams.join()}` }] : [];
  });
  const merged = [...Map.groupBy(blocks, ({ key }) => key).values()].flatMap(mergeHalves);
  const folded = merged.filter(({ members }) => members.length >= FEWEST);
  const labels = new Map(folded.map((block) => [block.members[0], label(block)]));
  const inside = new Set(folded.flatMap(({ members }) => members.slice(1)));
  return rules.flatMap(({ suffix, upstreams }, at) =>
    inside.has(at) ? [] : [{ what: labels.get(at) ?? bare(suffix), upstreams }],
  );
}

/** The addresses whose reverse zone this is; undefined for any other name (RFC 1035 §3.5, RFC 3596 §2.5). */
function blockOf(suffix: string, at: number): Block | undefined {
  const four = /^((?:[0-9]{1,3}\.){1,4})in-addr\.arpa\.$/.exec(suffix);
  const six = /^((?:[0-9a-f]\.){1,32})ip6\.arpa\.$/.exec(suffix);
  const [bits, width, radix] = four ? ([32, 8, 10] as const) : ([128, 4, 16] as const);
  const labels = (four ?? six)?.[1]?.split('.').slice(0, -1).reverse();
  const numbers = labels?.map((each) => Number.parseInt(each, radix));
  if (!numbers || numbers.some((each) => each >= 2 ** width)) return undefined;
  const top = numbers.reduce((sum, each) => (sum << BigInt(width)) | BigInt(each), 0n);
  return { bits, prefix: numbers.length * width, top, members: [at] };
}

/** Two halves become the whole, from the smallest on. */
function mergeHalves(blocks: readonly Block[]): Block[] {
  const done: Block[] = [];
  let halves = new Map<bigint, Block>();
  for (let prefix = 128; prefix >= 0; prefix--) {
    for (const block of blocks) {
      if (block.prefix !== prefix) continue;
      // The zone of all these addresses beside those that make it up.
      const same = halves.get(block.top);
      if (same) done.push(same);
      halves.set(block.top, block);
    }
    const wholes = new Map<bigint, Block>();
    for (const [top, block] of halves) {
      const other = halves.get(top ^ 1n);
      if (!other || prefix === 0) done.push(block);
      else if (top < (top ^ 1n)) {
        const members = [...block.members, ...other.members].sort((a, b) => a - b);
        wholes.set(top >> 1n, { ...block, prefix: prefix - 1, top: top >> 1n, members });
      }
    }
    halves = wholes;
  }
  return done;
}

function label({ bits, prefix, top, members }: Block): string {
  const digits = (top << BigInt(bits - prefix)).toString(16).padStart(bits / 4, '0');
  return `${formatCidr({ bytes: Buffer.from(digits, 'hex'), prefix })} (${members.length} zones)`;
}
