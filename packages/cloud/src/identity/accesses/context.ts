/** Condition keys and their values, as a request knows them; those without a value are left out. Keys are compared without their case. */
export function makeContext(entries: readonly (readonly [key: string, value: string | undefined])[]) {
  const context = new Map<string, string[]>();
  for (const [key, value] of entries) {
    if (value === undefined) continue;
    const values = context.get(key.toLowerCase()) ?? [];
    context.set(key.toLowerCase(), [...values, value]);
  }
  return context;
}

/** What conditions may ask of a resource's tags; `service` has a key of its own for the same, as in `ec2:ResourceTag/Name`. */
export function resourceTags(
  tags: Readonly<Record<string, string>>,
  service: string,
): (readonly [string, string])[] {
  return Object.entries(tags).flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value] as const,
    [`${service}:ResourceTag/${key}`, value] as const,
  ]);
}

/** What conditions may ask of the tags that a request gives. */
export function requestTags(
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[],
): (readonly [string, string | undefined])[] {
  return tags.flatMap(({ Key, Value }) => [
    [`aws:RequestTag/${Key}`, Value ?? ''] as const,
    ['aws:TagKeys', Key] as const,
  ]);
}
