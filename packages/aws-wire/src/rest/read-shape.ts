import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../aws-error.ts';
import { requiredMembers } from '../schema/operation-schema.ts';
import { readText, typeName } from '../schema/read-text.ts';
import type { XmlElement } from '../xml/parse-xml.ts';

/**
 * The value of a structure in XML, by its schema. A member that the schema does not have is refused and not passed over: what the service
 * does not know of it could not do. `carried` are members that the HTTP request carries outside of the document.
 * @throws AwsError InvalidInput
 */
export function readStructure(
  schema: NormalizedSchema,
  element: XmlElement,
  carried: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const value: Record<string, unknown> = { ...carried };
  const members = xmlMembers(schema);
  if (element.text.trim() !== '') refuse(`Element '${element.name}' cannot have character children.`);
  for (const child of element.children) {
    const found = members.get(child.name);
    if (!found) refuse(`Invalid content was found starting with element '${child.name}'.`);
    const [name, member] = found;
    if (isFlatList(member)) {
      value[name] ??= [];
      (value[name] as unknown[]).push(readShape(member.getValueSchema(), child));
    } else {
      if (Object.hasOwn(value, name)) refuse(`Element '${child.name}' is there twice.`);
      value[name] = readShape(member, child);
    }
  }
  requireMembers(schema, value);
  return value;
}

/** Members by their names in XML, without those that the HTTP request carries elsewhere. */
function xmlMembers(schema: NormalizedSchema): Map<string, [name: string, member: NormalizedSchema]> {
  const members = new Map<string, [string, NormalizedSchema]>();
  for (const [name, member] of schema.structIterator()) {
    const traits = member.getMergedTraits();
    if (traits.httpLabel || traits.httpQuery || traits.httpHeader) continue;
    members.set(traits.xmlName ?? name, [name, member]);
  }
  return members;
}

function isFlatList(member: NormalizedSchema): boolean {
  return member.isListSchema() && Boolean(member.getMergedTraits().xmlFlattened);
}

/** @throws AwsError InvalidInput where a member is missing without which the structure says nothing */
export function requireMembers(schema: NormalizedSchema, value: Record<string, unknown>): void {
  for (const name of requiredMembers(schema)) {
    if (value[name] !== undefined) continue;
    const path = `${name[0]!.toLowerCase()}${name.slice(1)}`;
    refuseValue(
      `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
    );
  }
}

function readShape(schema: NormalizedSchema, element: XmlElement): unknown {
  if (schema.isStructSchema()) return readStructure(schema, element);
  if (schema.isListSchema()) return readList(schema, element);
  if (element.children.length > 0) refuse(`Element '${element.name}' must have no element children.`);
  return readSimple(schema, element.text, element.name);
}

function readList(schema: NormalizedSchema, { name, children, text }: XmlElement): unknown[] {
  if (text.trim() !== '') refuse(`Element '${name}' cannot have character children.`);
  const item = schema.getValueSchema();
  const itemName = item.getMergedTraits().xmlName ?? 'member';
  return children.map((child) => {
    if (child.name !== itemName) refuse(`Invalid content was found starting with element '${child.name}'.`);
    return readShape(item, child);
  });
}

/** A value that stands as text: in XML, a path, a query string or a header. @throws AwsError InvalidInput */
export function readSimple(schema: NormalizedSchema, text: string, name: string): unknown {
  const value = readText(schema, text);
  if (value === undefined)
    refuseValue(`'${text}' is not a valid value for '${typeName(schema)}' at '${name}'.`);
  return value;
}

function refuse(message: string): never {
  refuseValue(`Invalid XML ; ${message}`);
}

function refuseValue(message: string): never {
  throw new AwsError('InvalidInput', message);
}
