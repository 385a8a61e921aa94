import assert from 'node:assert/strict';
import type { AwsResult } from '../../../../test/system/aws.ts';

/**
 * A command of the AWS CLI, as it is typed after `aws`, and what comes of it. `$name` in a command is what an earlier expectation has
 * named so; spaces stand in single quotes.
 */
export type Step = readonly [command: string, expected?: Expected];

/** What is printed, see `assertFits`; a RegExp: the error with which the command fails. None: nothing is printed. */
type Expected = RegExp | object;

/** Plays commands one after the other. `names` are known from the start; `afterEach` waits for what a command has set going. */
export async function play(
  run: (...words: string[]) => Promise<AwsResult>,
  story: readonly Step[],
  { names, afterEach }: { names: Map<string, string>; afterEach: () => Promise<void> },
): Promise<void> {
  for (const [command, expected] of story) {
    const words = command
      .match(/(?:'[^']*'|[^\s'])+/g)!
      .map((word) => fillIn(word.replaceAll("'", ''), names));
    const { code, stdout, stderr } = await run(...words);
    const what = `aws ${words.join(' ')}`;
    if (expected instanceof RegExp) {
      assert.equal(code, 254, `${what}: is not refused: ${stdout}${stderr}`);
      assert.match(stderr.trim(), expected, what);
    } else {
      assert.equal(code, 0, `${what}: ${stderr}`);
      assertFits(stdout === '' ? undefined : JSON.parse(stdout), expected, names, what);
    }
    await afterEach();
  }
}

function fillIn(word: string, names: ReadonlyMap<string, string>): string {
  return word.replace(/\$([a-z]\w*)/g, (_, name: string) => {
    const value = names.get(name);
    assert.ok(value !== undefined, `nothing is named ${name} yet`);
    return value;
  });
}

/**
 * Of an object only the members that are expected count, of an array all elements. A RegExp is to match, and its groups name what
 * they match; `$name` names a text, and is that text from then on.
 */
function assertFits(actual: unknown, expected: unknown, names: Map<string, string>, where: string): void {
  if (expected instanceof RegExp) {
    assert.match(String(actual), expected, where);
    const { groups = {} } = expected.exec(String(actual))!;
    for (const [name, text] of Object.entries(groups)) names.set(name, text);
  } else if (typeof expected === 'string' && expected.startsWith('$')) {
    assert.ok(typeof actual === 'string' && actual !== '', `${where}: is ${actual}`);
    const name = expected.slice(1);
    if (!names.has(name)) names.set(name, actual);
    assert.equal(actual, names.get(name), where);
  } else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), where);
    assert.equal(actual.length, expected.length, `${where}: ${JSON.stringify(actual)}`);
    for (const [index, each] of expected.entries()) {
      assertFits(actual[index], each, names, `${where}[${index}]`);
    }
  } else if (typeof expected === 'object' && expected !== null) {
    assert.ok(typeof actual === 'object' && actual !== null, `${where}: is ${actual}`);
    for (const [key, value] of Object.entries(expected)) {
      assertFits((actual as Record<string, unknown>)[key], value, names, `${where} .${key}`);
    }
  } else {
    assert.equal(actual, expected, where);
  }
}
