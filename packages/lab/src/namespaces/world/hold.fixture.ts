import { takeHold } from './hold.ts';

/** Takes hold of the lab acme, says whether it has it, and keeps it until its input ends. */
console.log(takeHold('acme', process.argv[2]) ? 'held' : 'busy');
process.stdin.resume();
