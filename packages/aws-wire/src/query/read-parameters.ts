import type { NormalizedSchema } from '@smithy/core/schema';
import { requiredMembers } from '../schema/operation-schema.ts';
import { readText, typeName } from '../schema/read-text.ts';
import type { Parameter } from './parameters.ts';

/**
 * How the names of parameters follow from a schema: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html and
 * https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html. Each refusal throws the service's own error.
 */
export type QueryDialect = {
  ec2: boolean;
  unknown(path: string): never;
  missing(path: string): never;
  invalid(path: string, text: string, type: string): never;
};

/** The value of a structure, by its schema. A parameter that the schema does not have is refused and not passed over. */
export function readParameters(
  dialect: QueryDialect,
  schema: NormalizedSchema,
  parameter: Parameter,
): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const left = new Set(parameter.children.keys());
  if (parameter.text !== undefined) dialect.unknown(parameter.path);
  for (const [name, member] of schema.structIterator()) {
    const key = memberKey(dialect, name, member);
    const child = parameter.children.get(key);
    if (!child) continue;
    left.delete(key);
    value[name] = readValue(dialect, member, child);
  }
  for (const key of left) dialect.unknown(firstPath(parameter.children.get(key)!));
  for (const name of requiredMembers(schema)) {
    if (value[name] !== undefined) continue;
    const key = memberKey(dialect, name, schema.getMemberSchema(name));
    dialect.missing(parameter.path === '' ? key : `${parameter.path}.${key}`);
  }
  return value;
}

function memberKey({ ec2 }: QueryDialect, name: string, member: NormalizedSchema): string {
  const traits = member.getMergedTraits() as { ec2QueryName?: string; xmlName?: string };
  const { ec2QueryName, xmlName = name } = traits;
  if (!ec2) return xmlName;
  return ec2QueryName ?? `${xmlName[0]!.toUpperCase()}${xmlName.slice(1)}`;
}

function readValue(dialect: QueryDialect, schema: NormalizedSchema, parameter: Parameter): unknown {
  if (schema.isStructSchema()) return readParameters(dialect, schema, parameter);
  if (schema.isListSchema()) return readList(dialect, schema, parameter);
  if (schema.isMapSchema()) return readMap(dialect, schema, parameter);
  for (const child of parameter.children.values()) dialect.unknown(firstPath(child));
  const text = parameter.text ?? '';
  return readText(schema, text) ?? dialect.invalid(parameter.path, text, typeName(schema));
}

/** Items by their numbers, which may have gaps. An empty list is a parameter without a value, but for EC2, which has no form for it. */
function readList(dialect: QueryDialect, schema: NormalizedSchema, parameter: Parameter): unknown[] {
  const item = schema.getValueSchema();
  const isFlat = dialect.ec2 || Boolean(schema.getMergedTraits().xmlFlattened);
  const itemKey = isFlat ? undefined : (item.getMergedTraits().xmlName ?? 'member');
  return numbered(dialect, parameter, itemKey).map((child) => readValue(dialect, item, child));
}

function readMap(
  dialect: QueryDialect,
  schema: NormalizedSchema,
  parameter: Parameter,
): Record<string, unknown> {
  const { xmlName: keyName = 'key' } = schema.getKeySchema().getMergedTraits();
  const { xmlName: valueName = 'value' } = schema.getValueSchema().getMergedTraits();
  const isFlat = dialect.ec2 || Boolean(schema.getMergedTraits().xmlFlattened);
  const entries = numbered(dialect, parameter, isFlat ? undefined : 'entry').map((entry) => {
    const key = entry.children.get(keyName) ?? dialect.missing(`${entry.path}.${keyName}`);
    const value = entry.children.get(valueName) ?? dialect.missing(`${entry.path}.${valueName}`);
    for (const child of entry.children.values()) {
      if (child !== key && child !== value) dialect.unknown(firstPath(child));
    }
    return [
      String(readValue(dialect, schema.getKeySchema(), key)),
      readValue(dialect, schema.getValueSchema(), value),
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** The children whose names are numbers, in their order; under `group`, where there is one. */
function numbered(dialect: QueryDialect, parameter: Parameter, group: string | undefined): Parameter[] {
  if (parameter.text !== undefined && (parameter.text !== '' || dialect.ec2)) dialect.unknown(parameter.path);
  let holder = parameter;
  if (group !== undefined) {
    for (const [name, child] of parameter.children) if (name !== group) dialect.unknown(firstPath(child));
    const grouped = parameter.children.get(group);
    if (!grouped) return [];
    if (grouped.text !== undefined) dialect.unknown(grouped.path);
    holder = grouped;
  }
  for (const [name, child] of holder.children) {
    if (!/^[1-9][0-9]{0,5}$/.test(name)) dialect.unknown(firstPath(child));
  }
  return [...holder.children].sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);
}

/** The name of a parameter that was sent: this one or one in it. */
function firstPath(parameter: Parameter): string {
  let at = parameter;
  while (at.text === undefined) at = at.children.values().next().value!;
  return at.path;
}
