import type { HealthCheckConfig } from '../store/model.ts';
import type { ProbeResult } from './probe.ts';

/** What is known of one endpoint. Pure: results go in, the state that follows comes out. */
export type EndpointState = {
  healthy: boolean;
  /** Results in a row that speak against the state. */
  against: number;
  last: Look | undefined;
  lastFailure: Look | undefined;
};
/** `at` in milliseconds since 1970. */
export type Look = { at: number; result: ProbeResult };

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html */
export const DEFAULT_FAILURE_THRESHOLD = 3;
export const DEFAULT_INTERVAL_SECONDS = 30;

/** An endpoint that was never looked at counts as healthy: nothing that works is taken out of answers by our starting. */
export const UNKNOWN: EndpointState = {
  healthy: true,
  against: 0,
  last: undefined,
  lastFailure: undefined,
};

/** The state turns after as many results in a row as the failure threshold says, either way. */
export function afterResult(
  state: EndpointState,
  result: ProbeResult,
  at: number,
  { failureThreshold = DEFAULT_FAILURE_THRESHOLD }: HealthCheckConfig,
): EndpointState {
  const last = { at, result };
  const looks = { last, lastFailure: result.healthy ? state.lastFailure : last };
  if (result.healthy === state.healthy) return { healthy: state.healthy, against: 0, ...looks };
  const against = state.against + 1;
  if (against < failureThreshold) return { healthy: state.healthy, against, ...looks };
  return { healthy: result.healthy, against: 0, ...looks };
}

/**
 * What a health check says, inversion included. A disabled one says healthy before inversion. A calculated one counts its children, of which
 * those that are gone count as healthy.
 */
export function isCheckHealthy(
  config: HealthCheckConfig,
  endpoint: EndpointState,
  isChildHealthy: (id: string) => boolean,
): boolean {
  const healthy = config.disabled || saysHealthy(config, endpoint, isChildHealthy);
  return config.inverted ? !healthy : healthy;
}

function saysHealthy(
  { type, childHealthChecks = [], healthThreshold = 0 }: HealthCheckConfig,
  endpoint: EndpointState,
  isChildHealthy: (id: string) => boolean,
): boolean {
  if (type !== 'CALCULATED') return endpoint.healthy;
  return childHealthChecks.filter(isChildHealthy).length >= healthThreshold;
}
