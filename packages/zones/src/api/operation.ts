import { AwsError, type Caller } from '@pointsman/aws-wire';
import type { HealthRunner } from '../health/run-health-checks.ts';
import type { HostedZone, TaggedResource, Vpc } from '../store/model.ts';
import type { Limits, Store } from '../store/store.ts';

/** What the operations of the API work with. */
export type Route53 = {
  store: Store;
  limits: Limits;
  /** The VPC of an ID; undefined where there is none. */
  findVpc: (id: string) => Vpc | undefined;
  /** What the checkers last saw of a health check, from the one region that they are in. */
  health: Pick<HealthRunner, 'status' | 'lastFailure'>;
  answerTest: AnswerTest;
};

/** What DNS answers from one zone: RCODE by its name, record data as in a zone file. */
export type AnswerTest = (question: {
  zone: HostedZone;
  name: string;
  type: string;
  /** The VPC that the query comes from; undefined for a query from nowhere in particular. */
  vpc: Vpc | undefined;
  /** The address that asks the authority of a public zone, where the request names one. */
  client: string | undefined;
}) => { responseCode: string; recordData: readonly string[] };

/** One operation of the API, in the shapes of AWS's model. @throws AwsError, Refusal */
export type Operation<Input, Output> = (
  route53: Route53,
  input: Input,
  caller: Caller,
) => Output | Promise<Output>;

/** IDs as clients write them: with or without `/hostedzone/` and the like before them. */
export function bareId(id: string | undefined): string {
  return (id ?? '').replace(/^.*\//, '');
}

/** The caller's own zone. @throws AwsError NoSuchHostedZone, AccessDenied */
export function ownZone({ store }: Route53, id: string | undefined, caller: Caller): HostedZone {
  const zone = store.zone(bareId(id));
  if (!zone) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${bareId(id)}`);
  requireOwner(zone.account, caller, `hostedzone/${zone.id}`);
  return zone;
}

/** @throws AwsError AccessDenied */
export function requireOwner(account: string, caller: Caller, resource: string): void {
  if (account === caller.account) return;
  throw new AwsError(
    'AccessDenied',
    `User: arn:aws:iam::${caller.account}:user/${caller.accessKeyId} is not authorized to access this resource: arn:aws:route53:::${resource}`,
    { status: 403 },
  );
}

/** The caller's own resource that has tags. @throws AwsError */
export function ownTaggedResource(
  route53: Route53,
  type: string | undefined,
  id: string | undefined,
  caller: Caller,
): TaggedResource {
  if (type === 'hostedzone') return { kind: type, id: ownZone(route53, id, caller).id };
  if (type !== 'healthcheck') {
    throw invalidInput(
      `1 validation error detected: Value '${type}' at 'resourceType' failed to satisfy constraint: Member must satisfy enum value set: [healthcheck, hostedzone]`,
    );
  }
  const check = route53.store.healthCheck(bareId(id));
  if (!check)
    throw new AwsError('NoSuchHealthCheck', `No health check exists with the specified ID: ${bareId(id)}`);
  requireOwner(check.account, caller, `healthcheck/${check.id}`);
  return { kind: type, id: check.id };
}

export function invalidInput(message: string): AwsError {
  return new AwsError('InvalidInput', message);
}

/** Absolute, as AWS's `Location` headers are. */
export function locationOf(path: string): string {
  return `https://route53.amazonaws.com/2013-04-01/${path}`;
}
