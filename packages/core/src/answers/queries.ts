import { typeMnemonic, typeNumber } from '../dns/codes.ts';
import { NameError, parseName } from '../dns/name.ts';
import type { ComparedQuestion } from './compare.ts';

/** A mistake in a file of queries; lines count from 1. */
export type QueryProblem = { line: number; message: string };

/**
 * Reads queries as dnsperf does: a name and a type on each line; empty lines, and lines that begin with `;` or `#`, say nothing. A
 * question that comes again is asked once. All mistakes are told at once.
 */
export function parseQueries(
  text: string,
): { ok: true; questions: ComparedQuestion[] } | { ok: false; problems: QueryProblem[] } {
  const questions = new Map<string, ComparedQuestion>();
  const problems: QueryProblem[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*([;#].*)?$/.test(line)) continue;
    const question = parseLine(line.trim());
    if (typeof question === 'string') problems.push({ line: index + 1, message: question });
    else questions.set(`${question.name} ${question.type}`, question);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, questions: [...questions.values()] };
}

/** The question, or what is wrong with it. */
function parseLine(line: string): ComparedQuestion | string {
  const [name, type, ...rest] = line.split(/\s+/) as [string, ...string[]];
  if (type === undefined || rest.length > 0)
    return `${JSON.stringify(line)} is not a name and a type, such as: www.example A`;
  const code = typeNumber(type);
  if (code === undefined)
    return `${JSON.stringify(type)} is not a record type; write one such as A, AAAA, MX, PTR or TXT`;
  try {
    return { name: parseName(name), type: typeMnemonic(code) };
  } catch (error) {
    if (error instanceof NameError) return error.message;
    throw error;
  }
}
