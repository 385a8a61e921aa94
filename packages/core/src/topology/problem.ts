import type { Path } from '../schema/path.ts';

/** One mistake in a topology's file or in a zone file it names. */
export type TopologyProblem = {
  /** Stable, for programs: `unknown-key`, `bad-cidr`, … */
  code: string;
  /** The file it is in: the topology's, or a zone file's. */
  file: string;
  /** From 1; absent where the topology came from a program, or a file is missing. */
  line?: number;
  column?: number;
  /** `networks.orders.cidrs.0`; empty for the file as a whole. */
  path: string;
  /** The wrong value, where there is one. */
  value?: unknown;
  message: string;
  remedy: string;
};

/** A problem before its place in the file is looked up. */
export type Finding = {
  code: string;
  path: Path;
  at?: 'key' | 'value';
  value?: unknown;
  message: string;
  remedy: string;
};

/** Takes up what a part of the parser finds wrong. */
export type Report = (finding: Finding) => void;

/** `hybrid.yaml:12:5 networks.orders.cidrs.0: "10.0.0.1/8" has bits set behind its prefix; write 10.0.0.0/8` */
export function formatProblem(problem: TopologyProblem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const subject = problem.path === '' ? place : `${place} ${problem.path}`;
  return `${subject}: ${problem.message}${problem.remedy === '' ? '' : `; ${problem.remedy}`}`;
}
