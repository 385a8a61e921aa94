import { spawnSync } from 'node:child_process';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs all tests, or what Node's test runner is told by further words: `npm test -- --test-name-pattern=…`. */

/** Files at a time: some compute, and some wait for machines to start and for what is silent. */
const CONCURRENCY = availableParallelism() + 2;
/** What `pointsman` uses, too: each file, and each process that it starts, would else compile the same modules anew. */
const COMPILE_CACHE = join(tmpdir(), 'node-compile-cache');
const FILES = ['packages/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'];

const words = ['--test', `--test-concurrency=${CONCURRENCY}`, ...process.argv.slice(2), ...FILES];
const env = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env };
const { status, error } = spawnSync(process.execPath, words, { stdio: 'inherit', env });
if (error) throw error;
process.exitCode = status ?? 1;
