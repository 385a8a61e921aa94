import type { Name } from '../dns/name.ts';
import { escapedName } from './names.ts';

/** How texts are written in Lua (reference manual, §2.1 for 5.1, which LuaJIT follows), for the servers that are configured in it. */

/** A string of bytes: all but printable ASCII, and what could end or escape it, is written as `\DDD`. */
export function luaString(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return `"${Array.from(bytes, luaByte).join('')}"`;
}

function luaByte(byte: number): string {
  const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
  return isPlain ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`;
}

/** A domain name in presentation form, as a string. */
export function luaName(name: Name): string {
  return luaString(escapedName(name));
}

export function luaList(items: readonly string[]): string {
  return items.length === 0 ? '{}' : `{ ${items.join(', ')} }`;
}
