import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { operations } from '../packages/zones/src/api/operations.ts';
import { ROOT } from './system/command.ts';

/** Every operation that is served is driven by the AWS CLI and by the AWS SDK for JavaScript, both as they are. */

const sources = (pattern: string) =>
  globSync(pattern, { cwd: ROOT })
    .filter((file) => !file.endsWith('route53-operations.test.ts'))
    .map((file) => readFileSync(resolve(ROOT, file), 'utf8'))
    .join('\n');
const byCli = sources('test/route53-*.test.ts');
const bySdk = sources('{packages/zones/src/api,test}/**/*.test.ts');

describe('every operation of Route 53 that is served', () => {
  for (const operation of Object.keys(operations)) {
    test(`${operation} is driven by the AWS CLI and by the AWS SDK`, () => {
      assert.ok(
        byCli.includes(`'${commandOf(operation)}'`),
        `no test runs aws route53 ${commandOf(operation)}`,
      );
      const isSent = bySdk.includes(`${operation}Command(`) || bySdk.includes(`paginate${operation}(`);
      assert.ok(isSent, `no test sends ${operation}`);
    });
  }
});

/** `ListHostedZonesByVPC` is `list-hosted-zones-by-vpc` for the CLI. */
function commandOf(operation: string): string {
  return operation
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}
