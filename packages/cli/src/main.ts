import { WorldError } from '@pointsman/lab/world-error';
import { CommanderError } from 'commander';
import { Outcome } from './outcome.ts';
import { makeProgram } from './program.ts';
import { complain } from './terminal.ts';

/** The `pointsman` command: runs one subcommand and turns what it came to into an exit code. */

// Whoever reads our output has enough of it (`pointsman up … | head`): that ends us, and is no mistake. A full disk is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  complain(`cannot write its output: ${error.code === 'ENOSPC' ? 'there is no space left' : error.message}`);
  process.exit(1);
});

try {
  const words = process.argv.slice(2);
  const program = await makeProgram(words);
  await program.parseAsync(words, { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof Outcome) {
    if (error.message !== '') complain(error.message);
    process.exitCode = error.exitCode;
  } else if (error instanceof WorldError) {
    complain(error.message);
    process.exitCode = 2;
  } else {
    throw error;
  }
}
