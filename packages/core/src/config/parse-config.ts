import { z } from 'zod';
import { type JsonSchema, readIssues, withoutEchoes } from '../schema/issues.ts';
import { formatPath } from '../schema/path.ts';

/** One mistake: where it is, what it is and what would be right, and the wrong value. */
export type ConfigProblem = { path: string; message: string; value: unknown };

/** Validates the whole of a parsed JSON value by a schema; all problems at once. */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): { ok: true; config: z.output<Schema> } | { ok: false; problems: ConfigProblem[] } {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, config: result.data };
  const issues = readIssues(
    result.error.issues,
    value,
    z.toJSONSchema(schema, { io: 'input' }) as JsonSchema,
  );
  return {
    ok: false,
    problems: withoutEchoes(issues).map((issue) => ({
      path: formatPath(issue.path),
      message: `${issue.message}; ${issue.remedy}`,
      value: issue.value,
    })),
  };
}
