import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from './system/command.ts';

/** What each package may import of ours: the house as docs/architecture.md draws it, lowest last. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  cli: ['console', 'aws', 'lab', 'cloud', 'host', 'zones', 'aws-wire', 'forwarder', 'core'],
  console: ['core'],
  aws: ['core'],
  lab: ['core', 'forwarder', 'zones', 'host', 'cloud', 'aws-wire'],
  cloud: ['core', 'zones', 'aws-wire'],
  host: ['core', 'forwarder'],
  zones: ['core', 'aws-wire', 'forwarder'],
  'aws-wire': [],
  forwarder: ['core'],
  core: [],
};

/** Packages that run in a browser too: their sources may use nothing of Node. */
const PORTABLE = ['core'];

type PackageJson = {
  name: string;
  dependencies?: Record<string, string>;
  exports?: Record<string, string>;
};

const packages = globSync('packages/*/package.json', { cwd: ROOT }).map((path) => {
  const folder = resolve(ROOT, dirname(path));
  const json = JSON.parse(readFileSync(resolve(ROOT, path), 'utf8')) as PackageJson;
  return { folder, json, short: relative(resolve(ROOT, 'packages'), folder) };
});
const rootJson = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8'));

describe('imports', () => {
  for (const { folder, json, short } of packages) {
    const files = globSync('{src,bin}/**/*.{ts,js}', { cwd: folder });
    const imports = files.flatMap((file) =>
      importsOf(resolve(folder, file)).map((target) => ({
        file,
        target,
        isTest: /\.(?:test|fixture)\.ts$/.test(file),
      })),
    );

    test(`${short} depends only on packages below it`, () => {
      assert.ok(
        MAY_IMPORT[short],
        `${short} has no place in the house: give it one in this test and in docs/architecture.md`,
      );
      const ours = Object.keys(json.dependencies ?? {}).filter((name) => name.startsWith('@pointsman/'));
      const upwards = ours.filter((name) => !MAY_IMPORT[short]!.includes(name.replace('@pointsman/', '')));
      assert.deepEqual(upwards, []);
    });

    test(`${short} imports only what its package.json names, and depends on nothing it does not import`, () => {
      const named = new Set(Object.keys(json.dependencies ?? {}));
      const forTests = new Set(Object.keys(rootJson.devDependencies));
      const used = new Set<string>();
      for (const { file, target, isTest } of imports.filter((each) => !isBuiltin(each.target))) {
        if (target.startsWith('.')) {
          const path = resolve(folder, dirname(file), target);
          if (isTest && path.startsWith(resolve(ROOT, 'test/system/'))) continue;
          assert.ok(
            path.startsWith(`${folder}/`),
            `${short}/${file} reaches into another package: ${target}`,
          );
          continue;
        }
        const name = packageOf(target);
        used.add(name);
        assert.ok(named.has(name) || (isTest && forTests.has(name)), `${short}/${file} imports ${target}`);
      }
      assert.deepEqual(
        [...named].filter((name) => !used.has(name)),
        [],
      );
    });

    test(`${short} reaches other packages of ours only by what they export`, () => {
      for (const { file, target } of imports.filter((each) => each.target.startsWith('@pointsman/'))) {
        const owner = packages.find((each) => each.json.name === packageOf(target))!;
        const entry = `.${target.slice(packageOf(target).length)}`;
        assert.ok(owner.json.exports?.[entry], `${short}/${file} imports ${target}, which is not exported`);
      }
    });

    test(`builtins are imported as node:…${PORTABLE.includes(short) ? ', and none at all here but by tests' : ''} (${short})`, () => {
      for (const { file, target, isTest } of imports.filter((each) => isBuiltin(each.target))) {
        assert.match(target, /^node:/, `${short}/${file}`);
        if (PORTABLE.includes(short)) assert.ok(isTest, `${short}/${file} imports ${target}`);
      }
    });
  }
});

/** Every module that a source names: `import … from`, `export … from`, `import(…)`. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(
    /(?:^|[;}]\s*)(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
  );
  return [...found].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

function isBuiltin(target: string): boolean {
  return target.startsWith('node:') || builtinModules.includes(target);
}

/** `@scope/name` or `name`, of whatever module in it. */
function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}
