#!/usr/bin/env node
// Plain JavaScript that any Node can parse, so that an old Node gets a sentence instead of a syntax error.
var major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    'pointsman needs Node 24 or newer; this is Node ' +
      process.versions.node +
      ' (' +
      process.execPath +
      ').\n' +
      'In a checkout, `npm ci` (without --ignore-scripts, which would leave it out) brings the right one, and\n' +
      '`npx pointsman …` uses it; elsewhere install Node 24.',
  );
  process.exit(2);
}
// The compile cache (in the system's folder for temporary files) makes every start after the first one twice as fast.
import('node:module').then((module) => {
  module.enableCompileCache();
  return import('../src/main.ts');
});
