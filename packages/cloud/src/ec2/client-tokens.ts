import { AwsError, type Caller } from '@pointsman/aws-wire';

/**
 * Calls that clients made with a token of theirs, and what came of them: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 */
export type ClientTokens = {
  /**
   * Runs an operation once for a token: a second call gets what the first one got. One that failed does not count.
   * @throws AwsError IdempotentParameterMismatch
   */
  once<Output>(
    call: { operation: string; token: string | undefined; input: object; caller: Caller },
    run: () => Promise<Output>,
  ): Promise<Output>;
};

/** Milliseconds that EC2 remembers a token. */
const REMEMBERED = 24 * 3600 * 1000;
/** Then the oldest are forgotten: the SDK gives a token to every call that takes one. */
const MOST_TOKENS = 1000;
const LONGEST_TOKEN = 64;

export function rememberTokens(now: () => number): ClientTokens {
  const calls = new Map<string, { input: string; at: number; output: Promise<unknown> }>();
  return {
    once: ({ operation, token, input, caller }, run) => {
      if (token === undefined || token === '') return run();
      if (token.length > LONGEST_TOKEN) {
        throw new AwsError(
          'InvalidParameterValue',
          `Value (${token}) for parameter clientToken is invalid. A token has at most ${LONGEST_TOKEN} characters.`,
        );
      }
      const key = JSON.stringify([caller.account, caller.region, operation, token]);
      const known = calls.get(key);
      const asked = JSON.stringify(input);
      if (known && known.at + REMEMBERED > now()) {
        if (known.input === asked) return known.output as ReturnType<typeof run>;
        throw new AwsError(
          'IdempotentParameterMismatch',
          'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
        );
      }
      const output = run();
      calls.delete(key);
      calls.set(key, { input: asked, at: now(), output });
      if (calls.size > MOST_TOKENS) calls.delete(calls.keys().next().value!);
      output.catch(() => calls.delete(key));
      return output;
    },
  };
}
