import { suggestion, type Topology } from '@pointsman/core/topology';
import { type Failure, parseFailure } from '@pointsman/core/verify';
import { Outcome } from '../outcome.ts';
import { parseQuestion, type Question } from '../question.ts';
import { sayJson } from '../terminal.ts';

type Json = { json?: boolean };

/** What is wrong with the arguments: for people in words, for programs as an event. */
export function mistake({ json }: Json, code: string, message: string): Outcome {
  if (json) sayJson({ event: 'error', code, message });
  return new Outcome(2, json ? '' : message);
}

export function readQuestion(name: string, type: string | undefined, options: Json): Question {
  const parsed = parseQuestion(name, type);
  if (parsed.ok) return parsed.question;
  throw mistake(options, parsed.code, parsed.message);
}

/** The network that `--from` names. */
export function readNetwork(topology: Topology, from: string, options: Json): string {
  const names = topology.networks.map(({ name }) => name);
  if (names.includes(from)) return from;
  const message = `there is no network "${from}" in ${topology.file}; ${suggestion(from, names, 'network')}`;
  throw mistake(options, 'unknown-network', message);
}

/** What `--without` names, each once or more. */
export function readFailures(topology: Topology, texts: readonly string[], options: Json): Failure[] {
  return texts.map((text) => {
    const read = parseFailure(text, topology);
    if (read.ok) return read.failure;
    throw mistake(options, 'unknown-failure', read.message);
  });
}

/** For options that may be given several times. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
