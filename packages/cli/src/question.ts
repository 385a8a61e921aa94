import { formatAddress, maskCidr, parseAddress, reverseName } from '@pointsman/core/address';
import { NameError, parseName, typeMnemonic, typeNumber } from '@pointsman/core/dns';

/** A name as DNS has it, and the mnemonic of a record type. */
export type Question = { name: string; type: string };
export type ParsedQuestion =
  | { ok: true; question: Question }
  | { ok: false; code: 'bad-type' | 'bad-name'; message: string };

/** A question from what stands on a command line: an address stands for its reverse name, and then the type is PTR; else it is A. */
export function parseQuestion(name: string, type: string | undefined): ParsedQuestion {
  const address = parseAddress(name);
  const number = typeNumber(type ?? (address ? 'PTR' : 'A'));
  if (number === undefined) {
    const message = `"${type}" is not a record type; write one such as A, AAAA, CNAME, MX, PTR, TXT`;
    return { ok: false, code: 'bad-type', message };
  }
  const cidr = maskCidr(name);
  if (cidr) {
    return badName(
      `"${name}" is a range of addresses; ask for one of them, such as ${formatAddress(cidr.bytes)}`,
    );
  }
  if (/\s/.test(name)) return badName(`"${name}" is no domain name: it has a space in it`);
  try {
    const asked = address && type === undefined ? reverseName(address) : parseName(name);
    return { ok: true, question: { name: asked, type: typeMnemonic(number) } };
  } catch (error) {
    if (error instanceof NameError) return badName(error.message);
    throw error;
  }
}

function badName(message: string): ParsedQuestion {
  return { ok: false, code: 'bad-name', message };
}
