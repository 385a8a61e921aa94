/** Bytes of a digest, by the number of its algorithm (IANA: DS digest types, SSHFP fingerprint types, TLSA matching types). */
const DIGESTS: Record<string, { at: number; lengths: Record<number, number> }> = {
  DS: { at: 3, lengths: { 1: 20, 2: 32, 4: 48 } },
  SSHFP: { at: 1, lengths: { 1: 20, 2: 32 } },
  TLSA: { at: 2, lengths: { 1: 32, 2: 64 } },
};

/** What is wrong with the length of the digest in a DS, SSHFP or TLSA record; undefined where nothing is, or the algorithm is unknown. */
export function checkDigest(type: string, data: Uint8Array): string | undefined {
  const digest = Object.hasOwn(DIGESTS, type) ? DIGESTS[type]! : undefined;
  const algorithm = digest && data[digest.at];
  const expected = algorithm === undefined ? undefined : digest!.lengths[algorithm];
  if (expected === undefined) return undefined;
  const actual = data.length - digest!.at - 1;
  if (actual === expected) return undefined;
  return `${type} with digest type ${algorithm} has a digest of ${expected} bytes, and this one has ${actual}`;
}
