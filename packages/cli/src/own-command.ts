import { fileURLToPath } from 'node:url';

/** What runs this program, here and on the machines of a lab. */
export const OWN_COMMAND: readonly [string, string] = [
  process.execPath,
  fileURLToPath(new URL('../bin/pointsman.js', import.meta.url)),
];
