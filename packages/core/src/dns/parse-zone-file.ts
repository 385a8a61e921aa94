import { typeMnemonic, typeNumber } from './codes.ts';
import type { Name } from './name.ts';
import { nameOf, RdataError, type Token } from './presentation.ts';
import { rdataFromTokens } from './rdata-from-text.ts';
import type { RecordSet } from './record-set.ts';
import { parseTtl } from './ttl.ts';
import { type Entry, entriesOf, type ZoneFileProblem } from './zone-tokens.ts';

export type ZoneFile = { ok: true; records: RecordSet[] } | { ok: false; problems: ZoneFileProblem[] };

type State = {
  origin: Name;
  /** Undefined before the first record, and after an owner that is no name. */
  owner: Name | undefined;
  ownerStated: boolean;
  /** `$TTL`, which wins over all but a record's own TTL (RFC 2308 §4). */
  directiveTtl: number | undefined;
  /** The last TTL that a record stated (RFC 1035 §5.1). */
  statedTtl: number | undefined;
  defaultTtl: number | undefined;
  sets: Map<string, RecordSet>;
  problems: ZoneFileProblem[];
};

/**
 * Reads a zone file (RFC 1035 §5, RFC 2308 §4, TTLs also in BIND's units) into record sets, in the order of their first records.
 * Records that are there twice count once. A record without a TTL has that of `$TTL`, else the last one stated, else the SOA's minimum,
 * else `defaultTtl`. `$INCLUDE`, `$GENERATE`, classes other than IN, and different TTLs in one record set (RFC 2181 §5.2) are refused.
 * All problems are reported at once.
 */
export function parseZoneFile(text: string, options: { origin: Name; defaultTtl?: number }): ZoneFile {
  const state: State = {
    origin: options.origin,
    owner: undefined,
    ownerStated: false,
    directiveTtl: undefined,
    statedTtl: undefined,
    defaultTtl: options.defaultTtl,
    sets: new Map(),
    problems: [],
  };
  for (const entry of entriesOf(text)) {
    if ('problem' in entry) state.problems.push(entry.problem);
    else readEntry(state, entry);
  }
  if (state.problems.length > 0) return { ok: false, problems: state.problems };
  const records = [...state.sets.values()];
  for (const set of records) if (set.data.length > 1) set.data = withoutRepeats(set.data);
  return { ok: true, records };
}

function readEntry(state: State, entry: Entry): void {
  try {
    const first = entry.tokens[0]!;
    if (!entry.indented && !first.quoted && first.text.startsWith('$')) readDirective(state, entry.tokens);
    else readRecord(state, entry);
  } catch (error) {
    if (!(error instanceof RdataError)) throw error;
    const { line, column } = error.token ?? entry.tokens[0]!;
    state.problems.push({ line, column, message: error.message });
  }
}

function readDirective(state: State, tokens: readonly Token[]): void {
  const [directive, value, extra] = tokens as [Token, Token?, Token?];
  const name = directive.text.toUpperCase();
  if (name === '$INCLUDE')
    throw new RdataError('$INCLUDE is not supported: put the records into this file', directive);
  if (name === '$GENERATE')
    throw new RdataError('$GENERATE is not supported: write the records out', directive);
  if (name !== '$ORIGIN' && name !== '$TTL') {
    throw new RdataError(`${directive.text} is not a directive: there are $ORIGIN and $TTL`, directive);
  }
  if (value === undefined) {
    throw new RdataError(
      name === '$TTL' ? '$TTL lacks its seconds' : '$ORIGIN lacks its domain name',
      directive,
    );
  }
  if (extra !== undefined)
    throw new RdataError(`"${extra.text}" is too much: ${name} takes one value`, extra);
  if (name === '$ORIGIN') {
    state.origin = nameOf(value, state.origin);
    return;
  }
  const ttl = parseTtl(value.text);
  if (ttl === undefined) throw notTtl(value);
  state.directiveTtl = ttl;
}

function readRecord(state: State, entry: Entry): void {
  const { tokens } = entry;
  let next = 0;
  if (!entry.indented) {
    state.ownerStated = true;
    state.owner = undefined;
    state.owner = nameOf(tokens[next++]!, state.origin);
  }
  let ttl: number | undefined;
  let classSeen = false;
  for (; next < tokens.length; next++) {
    const token = tokens[next]!;
    if (!classSeen && /^(?:IN|CH|CS|HS|CLASS[0-9]+)$/i.test(token.text)) {
      if (!/^(?:IN|CLASS1)$/i.test(token.text))
        throw new RdataError(`class ${token.text} is not served: only IN is`, token);
      classSeen = true;
    } else if (ttl === undefined && /^[0-9]/.test(token.text)) {
      ttl = parseTtl(token.text);
      if (ttl === undefined) throw notTtl(token);
    } else break;
  }
  const type = readType(tokens[next], tokens[next - 1]);
  const data = rdataFromTokens(type, tokens.slice(next + 1), state.origin);
  if (!state.ownerStated) throw new RdataError('the first record lacks its owner name', tokens[0]);
  if (state.owner !== undefined) addRecord(state, state.owner, type, ttl, data, tokens[next]!);
}

function readType(token: Token | undefined, before: Token | undefined): string {
  if (token === undefined) throw new RdataError('a record type is missing, such as A', before);
  const code = typeNumber(token.text);
  if (code === undefined) throw new RdataError(`"${token.text}" is not a record type, such as A`, token);
  return typeMnemonic(code);
}

function addRecord(
  state: State,
  name: Name,
  type: string,
  stated: number | undefined,
  data: Uint8Array,
  token: Token,
): void {
  const key = `${name} ${type}`;
  const set = state.sets.get(key);
  if (stated !== undefined) state.statedTtl = stated;
  else if (type === 'SOA' && state.directiveTtl === undefined) state.statedTtl ??= soaMinimum(data);
  const ttl = stated ?? state.directiveTtl ?? state.statedTtl ?? state.defaultTtl;
  if (ttl === undefined) {
    throw new RdataError(
      'this record has no TTL: write one before its type, or $TTL at the top of the file',
      token,
    );
  }
  if (set === undefined) {
    state.sets.set(key, { name, type, ttl, data: [data] });
    return;
  }
  if (set.ttl !== ttl) {
    const message = `${name} ${type} has records with TTL ${set.ttl} and TTL ${ttl}: a record set has one TTL`;
    throw new RdataError(message, token);
  }
  set.data.push(data);
}

function notTtl(token: Token): RdataError {
  return new RdataError(
    `"${token.text}" is not a TTL: write seconds from 0 to 2147483647, or a time such as 1h30m`,
    token,
  );
}

function soaMinimum(data: Uint8Array): number {
  const minimum = new DataView(data.buffer, data.byteOffset + data.length - 4).getUint32(0);
  return Math.min(minimum, 2 ** 31 - 1);
}

function withoutRepeats(data: readonly Uint8Array[]): Uint8Array[] {
  const seen = new Set<string>();
  return data.filter((bytes) => {
    const key = bytes.join();
    return !seen.has(key) && seen.add(key);
  });
}
