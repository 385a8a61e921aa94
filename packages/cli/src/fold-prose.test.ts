import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldProse } from './fold-prose.ts';

const TEXT = `
Runs a command on a machine of a lab, where it has
got its address by DHCP:

  pointsman exec hybrid.yaml --from orders -- getent hosts db.corp.example

Short.
Lines.
`;

test('paragraphs with a line that is too long are filled anew; commands, and what fits, stay', () => {
  assert.equal(
    foldProse(TEXT, 30),
    `
Runs a command on a machine of
a lab, where it has got its
address by DHCP:

  pointsman exec hybrid.yaml --from orders -- getent hosts db.corp.example

Short.
Lines.
`,
  );
  assert.equal(foldProse(TEXT, 50), TEXT);
});

test('a word that is wider than the terminal has a line of its own', () => {
  assert.equal(foldProse('see https://docs.example/long now', 10), 'see\nhttps://docs.example/long\nnow');
});
