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
  type YAMLMap,
} from 'yaml';
import type { Path } from '../schema/path.ts';
import { findJsonMistake } from './json-syntax.ts';
import type { Position } from './topology.ts';
import { keyText, type NodeMistake, readNodes } from './yaml-nodes.ts';

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
  const { value, targets } = readNodes(parsed, ({ offset, ...mistake }: NodeMistake) =>
    mistakes.push({ position: place(offset), ...mistake }),
  );
  return { document: { value, locate: locator(parsed, targets, place) }, mistakes };
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

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
