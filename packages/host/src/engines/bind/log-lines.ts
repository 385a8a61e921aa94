import type { LogLine } from '../engine.ts';

/** `2026-11-23T12:00:00.000Z category: severity: message`, as named.conf tells named to write. */
const LINE = /^\S+ ([a-z-]+): (critical|error|warning|notice|info|debug [0-9]+): (.*)$/;

/** A line of named's log; one that it did not write as told is a warning of its own. */
export function parseLogLine(text: string): LogLine {
  const [, category, severity, message] = LINE.exec(text) ?? [];
  if (category === undefined) return { level: 'warning', category: 'named', message: text };
  return { level: levelOf(severity!), category, message: message! };
}

function levelOf(severity: string): LogLine['level'] {
  if (severity === 'critical' || severity === 'error') return 'error';
  if (severity === 'warning') return 'warning';
  return severity.startsWith('debug') ? 'debug' : 'info';
}
