import {
  type AllowedFinding,
  FINDING_CODES,
  FINDING_RULES,
  type Finding,
  type Findings,
  type Place,
  type Severity,
} from '@pointsman/core/findings';
import type { TopologyProblem } from '@pointsman/core/topology';
import packageJson from '../../package.json' with { type: 'json' };

/**
 * Findings as SARIF 2.1.0, which tools for code review read.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
 */
export function findingsSarif({ findings, allowed }: Findings, file: string): unknown {
  const rules = FINDING_CODES.map((code) => {
    const { title, help, severity } = FINDING_RULES[code];
    return {
      id: code,
      shortDescription: { text: `${title}.` },
      help: { text: help, markdown: `${help} See docs/findings/${code}.md.` },
      defaultConfiguration: { level: LEVELS[severity] },
    };
  });
  return sarif(rules, [
    ...findings.map((finding) => findingResult(finding, file)),
    ...allowed.map((finding) => allowedResult(finding, file)),
  ]);
}

/** The mistakes of a topology that does not parse, each with its own file. */
export function problemsSarif(problems: readonly TopologyProblem[]): unknown {
  const codes = [...new Set(problems.map(({ code }) => code))].sort();
  const results = problems.map(({ code, file, line, column, path, message, remedy }) => ({
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: 'error',
    message: {
      text: `${[path, message].filter((part) => part !== '').join(': ')}${remedy === '' ? '' : `; ${remedy}`}`,
    },
    locations: [location(file, { path, ...(line === undefined ? {} : { line, column: column! }) })],
  }));
  return sarif(
    codes.map((id) => ({ id, shortDescription: { text: 'A mistake in the file.' } })),
    results,
  );
}

const LEVELS = { error: 'error', warning: 'warning', notice: 'note' } satisfies Record<Severity, string>;

function sarif(rules: readonly object[], results: readonly object[]): unknown {
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'pointsman', version: packageJson.version, rules } },
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  };
}

function findingResult({ code, severity, subject, evidence, remedy }: Finding, file: string): object {
  const [first, ...related] = evidence.at;
  return {
    ruleId: code,
    ruleIndex: FINDING_CODES.indexOf(code),
    level: LEVELS[severity],
    message: { text: `${subject}: ${evidence.text}. ${capital(remedy)}.` },
    locations: [{ ...location(file, first), logicalLocations: [{ fullyQualifiedName: subject }] }],
    ...(related.length > 0
      ? { relatedLocations: related.map((place, index) => ({ id: index, ...location(file, place) })) }
      : {}),
    partialFingerprints: {
      'codeAndSubject/v1': `${code} ${subject}${evidence.without === undefined ? '' : ` ${evidence.without}`}`,
    },
  };
}

/** What the topology allows stays in the list, suppressed, with the reason. */
function allowedResult({ reason, ...finding }: AllowedFinding, file: string): object {
  return { ...findingResult(finding, file), suppressions: [{ kind: 'external', justification: reason }] };
}

function location(file: string, place: Place | undefined): object {
  const uri = encodeURI(file.replaceAll('\\', '/'));
  const region =
    place?.line === undefined ? {} : { region: { startLine: place.line, startColumn: place.column } };
  return { physicalLocation: { artifactLocation: { uri }, ...region } };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
