import { rdataToText } from '@pointsman/core/dns';

/** RDATA as Route 53 writes it: bytes that have no character of their own by three octal digits, where zone files have decimal ones. */
export function valueFromWire(type: string, data: Uint8Array): string {
  return rdataToText(type, data).replace(
    /\\(?:([0-9]{3})|([\s\S]))/g,
    (match, decimal: string | undefined) =>
      decimal === undefined ? match : `\\${Number(decimal).toString(8).padStart(3, '0')}`,
  );
}
