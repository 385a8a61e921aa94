import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Path } from '../schema/path.ts';
import type { SyntaxMistake } from './document.ts';

/** How many nodes aliases may add in all; a topology needs few, and nested ones grow without bound. */
const MOST_ALIASED_NODES = 100_000;

/** What is wrong with a node; `offset` is its place in the text. */
export type NodeMistake = Omit<SyntaxMistake, 'position'> & { offset: number };

/**
 * The plain value of a document. Keys and numbers keep the way they are written where JavaScript would write them differently.
 * `targets` says which node each alias stands for.
 */
export function readNodes(
  parsed: Document.Parsed,
  report: (mistake: NodeMistake) => void,
): { value: unknown; targets: ReadonlyMap<Node, Node> } {
  const anchors = new Map<string, Node>();
  const open = new Set<Node>();
  const targets = new Map<Node, Node>();
  let aliasDepth = 0;
  let aliased = 0;
  const blame = (node: Node | null, path: Path, code: string, message: string, remedy: string) =>
    report({ code, offset: node?.range?.[0] ?? 0, path, message, remedy });

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

/** A key as it is written; undefined where it is no scalar. */
export function keyText(pair: Pair): string | undefined {
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
