import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Path } from '../schema/path.ts';
import { findJsonMistake } from './json-syntax.ts';
import type { Position } from './topology.ts';

/** A text as a value, and where each part of the value stands in the text. */
export type SourceDocument = {
  value: unknown;
  /** The place of a key, or of what it holds; where a path leads out of the text, the nearest part that is in it. */
  locate: (path: Path, at?: 'key' | 'value') => Position;
};

/** A mistake in the text's syntax. `path` is empty unless a key is to blame. */
export type SyntaxMistake = {
  code: string;
  position: Position;
  path: Path;
  message: string;
  remedy: string;
};

/**
 * Reads YAML 1.2 (core schema) or strict JSON. Keys are taken as they are written (`20.10` stays `20.10`), and so are numbers that
 * JavaScript would write differently (an account of `012345678901`). A key given twice is a mistake, but the document is
 * still read.
 */
export function readDocument(
  source: string,
  format: 'yaml' | 'json',
): { document: SourceDocument | undefined; mistakes: SyntaxMistake[] } {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  const lines = new LineCounter();
  const jsonMistake = format === 'json' ? findJsonMistake(text) : undefined;
  if (jsonMistake) {
    const position = positionOf(text, jsonMistake.offset);
    const remedy = 'make it strict JSON, or name the file .yaml';
    const mistake = { code: 'json-syntax', position, path: [], message: jsonMistake.message, remedy };
    return { document: undefined, mistakes: [mistake] };
  }
  try {
    return readYaml(text, lines);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const mistake = { code: 'too-deep', position: { line: 1, column: 1 }, path: [] };
    const words = { message: 'is nested too deeply to be read', remedy: 'write it flatter' };
    return { document: undefined, mistakes: [{ ...mistake, ...words }] };
  }
}

function readYaml(text: string, lines: LineCounter): ReturnType<typeof readDocument> {
  const parsed = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    version: '1.2',
  });
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const mistakes: SyntaxMistake[] = [...parsed.errors, ...parsed.warnings].map((error) => ({
    code: 'yaml-syntax',
    position: place(error.pos[0]),
    path: [],
    message: lowerFirst(error.message),
    remedy: 'correct the YAML here',
  }));
  if (parsed.errors.length > 0) return { document: undefined, mistakes };
  const reader = readNodes(parsed, place, mistakes);
  return { document: { value: reader.value, locate: locator(parsed, reader.targets, place) }, mistakes };
}

/** How many nodes aliases may add in all; a topology needs few, and nested ones grow without bound. */
const MOST_ALIASED_NODES = 100_000;

function readNodes(parsed: Document.Parsed, place: (offset: number) => Position, mistakes: SyntaxMistake[]) {
  const anchors = new Map<string, Node>();
  const open = new Set<Node>();
  const targets = new Map<Node, Node>();
  let aliasDepth = 0;
  let aliased = 0;
  const blame = (node: Node | null, path: Path, code: string, message: string, remedy: string) =>
    mistakes.push({ code, position: place(node?.range?.[0] ?? 0), path, message, remedy });

  function read(node: unknown, path: Path): unknown {
    if (aliasDepth > 0 && ++aliased > MOST_ALIASED_NODES) return undefined;
    if (isAlias(node)) return readAlias(node, path);
    if (!isMap(node) && !isSeq(node)) {
      if (isScalar(node) && node.anchor) anchors.set(node.anchor, node);
      return isScalar(node) ? scalarValue(node) : null;
    }
    if (node.anchor) anchors.set(node.anchor, node);
    open.add(node);
    const value = isMap(node)
      ? readMap(node, path)
      : node.items.map((item, index) => read(item, [...path, index]));
    open.delete(node);
    return value;
  }

  function readAlias(node: Node & { source: string }, path: Path): unknown {
    const target = anchors.get(node.source);
    if (!target || open.has(target)) {
      const message = target
        ? `*${node.source} stands inside its own anchor`
        : `there is no anchor &${node.source} before this`;
      blame(node, path, 'yaml-alias', message, 'write the value out');
      return undefined;
    }
    targets.set(node, target);
    aliasDepth++;
    const value = read(target, path);
    if (--aliasDepth === 0 && aliased > MOST_ALIASED_NODES) {
      blame(node, path, 'yaml-alias', 'aliases make this file too large', 'write the values out');
    }
    return value;
  }

  function readMap(map: YAMLMap, path: Path): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (const pair of map.items) {
      const key = keyText(pair);
      const keyNode = pair.key as Node | null;
      if (key === undefined || key === '__proto__') {
        blame(keyNode, path, 'bad-key', 'has a key that is no plain text', 'write the key as a text');
        continue;
      }
      if (Object.hasOwn(value, key)) {
        blame(keyNode, [...path, key], 'duplicate-key', 'is given twice', 'keep one of the two');
        continue;
      }
      value[key] = read(pair.value, [...path, key]);
    }
    return value;
  }

  return { value: parsed.contents === null ? null : read(parsed.contents, []), targets };
}

/** Finds paths in the tree of nodes; a map's keys are indexed the first time it is walked through. */
function locator(
  parsed: Document.Parsed,
  targets: ReadonlyMap<Node, Node>,
  place: (offset: number) => Position,
) {
  const indexes = new Map<YAMLMap, Map<string, Pair>>();
  const indexOf = (map: YAMLMap): Map<string, Pair> => {
    let index = indexes.get(map);
    if (!index) {
      index = new Map();
      for (const pair of map.items) {
        const key = keyText(pair);
        if (key !== undefined && !index.has(key)) index.set(key, pair);
      }
      indexes.set(map, index);
    }
    return index;
  };
  return (path: Path, at: 'key' | 'value' = 'value'): Position => {
    let node: unknown = parsed.contents;
    let offset = parsed.contents?.range?.[0] ?? 0;
    for (const [depth, key] of path.entries()) {
      if (isAlias(node)) node = targets.get(node);
      const pair = isMap(node) ? indexOf(node).get(String(key)) : undefined;
      const next = isSeq(node) ? node.items[Number(key)] : pair?.value;
      const keyOffset = (pair?.key as Node | null | undefined)?.range?.[0];
      const nextOffset = (next as Node | null | undefined)?.range?.[0];
      if (keyOffset === undefined && nextOffset === undefined) break;
      const preferKey = !isScalar(next) || (at === 'key' && depth === path.length - 1);
      offset = (preferKey ? (keyOffset ?? nextOffset) : (nextOffset ?? keyOffset))!;
      node = next;
    }
    return place(offset);
  };
}

function keyText(pair: Pair): string | undefined {
  if (!isScalar(pair.key)) return undefined;
  const { value, source } = pair.key as Scalar.Parsed;
  return typeof value === 'string' ? value : source;
}

function scalarValue(node: Scalar): unknown {
  const { value, source } = node;
  return typeof value === 'bigint' || (typeof value === 'number' && String(value) !== source)
    ? source
    : value;
}

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
