import { NormalizedSchema } from '@smithy/core/schema';
import type { OperationSchema } from '../schema/operation-schema.ts';

/** An operation of a REST protocol. */
export type RestOperation = {
  name: string;
  method: string;
  /** Of the path: texts, and labels by the name of the input's member that they fill. */
  segments: readonly Segment[];
  status: number;
  input: NormalizedSchema;
  output: NormalizedSchema;
};
export type Segment = { text: string } | { label: string };

/** @throws TypeError for a schema that is no operation of a REST protocol */
export function readOperation(schema: OperationSchema): RestOperation {
  const [kind, , name, traits, input, output] = schema as unknown as [
    number,
    string,
    string,
    { http?: [method: string, path: string, status: number] },
    OperationSchema,
    OperationSchema,
  ];
  if (kind !== 9 || !traits.http) throw new TypeError(`${name} is no operation of a REST protocol`);
  const [method, path, status] = traits.http;
  const segments = splitPath(path).map((segment) => {
    const label = /^\{(\w+)\}$/.exec(segment)?.[1];
    return label === undefined ? { text: segment } : { label };
  });
  return {
    name,
    method,
    segments,
    status,
    input: NormalizedSchema.of(input),
    output: NormalizedSchema.of(output),
  };
}

export type Match = { operation: RestOperation; labels: ReadonlyMap<string, string> };
export type Router = (method: string, path: string) => Match | undefined;

/** Finds the operation of a path; where several fit, the one whose path says most in texts. A slash at the end makes no difference. */
export function makeRouter(operations: readonly RestOperation[]): Router {
  const byShape = Map.groupBy(operations, ({ method, segments }) => `${method} ${segments.length}`);
  for (const group of byShape.values()) group.sort((a, b) => countTexts(b) - countTexts(a));
  return (method, path) => {
    const parts = splitPath(path).map(decodePart);
    if (parts.includes(undefined)) return undefined;
    for (const operation of byShape.get(`${method} ${parts.length}`) ?? []) {
      const labels = matchSegments(operation.segments, parts as string[]);
      if (labels) return { operation, labels };
    }
    return undefined;
  };
}

function matchSegments(segments: readonly Segment[], parts: readonly string[]) {
  const labels = new Map<string, string>();
  for (const [index, segment] of segments.entries()) {
    const part = parts[index]!;
    if ('label' in segment) {
      if (part === '') return undefined;
      labels.set(segment.label, part);
    } else if (segment.text !== part) {
      return undefined;
    }
  }
  return labels;
}

function splitPath(path: string): string[] {
  return path.replace(/\/$/, '').split('/');
}

function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function countTexts({ segments }: RestOperation): number {
  return segments.filter((segment) => 'text' in segment).length;
}
