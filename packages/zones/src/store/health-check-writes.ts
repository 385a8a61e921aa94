import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { healthCheckMistake } from '../health/check-config.ts';
import type { Deciding, Decision } from './create-store.ts';
import type { HealthCheck, HealthCheckConfig } from './model.ts';
import { Refusal } from './refusal.ts';

export function findHealthCheck({ reads }: Deciding, id: string): HealthCheck {
  const found = reads.healthCheck(id);
  if (found === undefined) {
    throw new Refusal('NoSuchHealthCheck', `No health check exists with the specified ID: ${id}`);
  }
  return found;
}

/** The same request again gives the health check of the first time. */
export function createHealthCheck(
  deciding: Deciding,
  asked: Pick<HealthCheck, 'account' | 'callerReference' | 'config'>,
): Decision<HealthCheck> {
  const { account, callerReference } = asked;
  const config = stated(asked.config);
  const own = deciding.reads.healthChecks().filter((each) => each.account === account);
  const same = own.find((each) => each.callerReference === callerReference);
  if (same !== undefined) {
    if (isDeepStrictEqual(same.config, config)) return { account, mutations: [], value: same };
    throw new Refusal(
      'HealthCheckAlreadyExists',
      'A health check has already been created with the specified caller reference.',
    );
  }
  requireSound(deciding, config, undefined);
  const { healthChecksPerAccount } = deciding.options.limits;
  if (own.length >= healthChecksPerAccount) {
    throw new Refusal(
      'TooManyHealthChecks',
      `Cannot create more than ${healthChecksPerAccount} health checks.`,
    );
  }
  return put({ id: randomUUID(), account, callerReference, version: 1, config });
}

export function updateHealthCheck(
  deciding: Deciding,
  id: string,
  patch: Partial<HealthCheckConfig>,
  version: number | undefined,
): Decision<HealthCheck> {
  const present = findHealthCheck(deciding, id);
  if (version !== undefined && version !== present.version) {
    throw new Refusal(
      'HealthCheckVersionMismatch',
      `The health check has version ${present.version}, and the request has ${version}.`,
    );
  }
  if (patch.type !== undefined && patch.type !== present.config.type)
    throw new Refusal('InvalidInput', 'The type of a health check cannot be changed.');
  const config = stated({ ...present.config, ...stated(patch) });
  requireSound(deciding, config, id);
  return put({ ...present, version: present.version + 1, config });
}

export function deleteHealthCheck(deciding: Deciding, id: string): Decision<undefined> {
  const { account } = findHealthCheck(deciding, id);
  return { account, mutations: [{ kind: 'health-check-gone', id }], value: undefined };
}

function put(healthCheck: HealthCheck): Decision<HealthCheck> {
  const { account } = healthCheck;
  return { account, mutations: [{ kind: 'health-check', healthCheck }], value: healthCheck };
}

function requireSound({ reads }: Deciding, config: HealthCheckConfig, id: string | undefined): void {
  const mistake = healthCheckMistake(config, (child) => reads.healthCheck(child)?.config, id);
  if (mistake !== undefined) throw new Refusal('InvalidInput', mistake);
}

function stated<Config extends object>(config: Config): Config {
  const entries = Object.entries(config).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Config;
}
