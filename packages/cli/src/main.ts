import { CommanderError } from 'commander';
import { Outcome } from './outcome.ts';
import { makeProgram } from './program.ts';
import { complain } from './terminal.ts';

/** The `pointsman` command: runs one subcommand and turns what it came to into an exit code. */
try {
  await makeProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof Outcome) {
    if (error.message !== '') complain(error.message);
    process.exitCode = error.exitCode;
  } else throw error;
}
