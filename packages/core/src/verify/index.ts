export { DISPOSITIONS, type Disposition, isServed, type Verdict } from './disposition.ts';
export { type Failure, failuresOf, formatFailure, parseFailure, type Without } from './failure.ts';
export { findLink, nameLinks } from './links.ts';
export { buildModel, type Model, type WorldRules } from './model.ts';
export type { Hop, Said, Trace, TracedRecord } from './trace.ts';
export { traceName } from './trace-name.ts';
