import type * as aws from '@aws-sdk/client-route-53';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import type { HealthReport } from '../health/run-health-checks.ts';
import type { HealthCheck } from '../store/model.ts';
import { readChangeable, readConfig, writeHealthCheck } from './health-check-shapes.ts';
import { requireReference } from './hosted-zones.ts';
import { locationOf, type Operation, ownTaggedResource, type Route53 } from './operation.ts';
import { pageOf, pageSize } from './paging.ts';

const MOST_HEALTH_CHECKS = 100;

export const createHealthCheck: Operation<
  aws.CreateHealthCheckRequest,
  aws.CreateHealthCheckResponse
> = async ({ store }, { CallerReference, HealthCheckConfig }, { account }) => {
  const callerReference = requireReference(CallerReference);
  const config = readConfig(HealthCheckConfig!);
  const { value } = await store.createHealthCheck({ account, callerReference, config });
  return { HealthCheck: writeHealthCheck(value), Location: locationOf(`healthcheck/${value.id}`) };
};

export const getHealthCheck: Operation<aws.GetHealthCheckRequest, aws.GetHealthCheckResponse> = (
  route53,
  { HealthCheckId },
  caller,
) => ({ HealthCheck: writeHealthCheck(ownHealthCheck(route53, HealthCheckId, caller)) });

export const getHealthCheckCount: Operation<object, aws.GetHealthCheckCountResponse> = (
  route53,
  _input,
  caller,
) => ({ HealthCheckCount: ownHealthChecks(route53, caller).length });

/** By ID. */
export const listHealthChecks: Operation<aws.ListHealthChecksRequest, aws.ListHealthChecksResponse> = (
  route53,
  { Marker, MaxItems },
  caller,
) => {
  const size = pageSize(MaxItems, MOST_HEALTH_CHECKS);
  const from = ownHealthChecks(route53, caller).filter(({ id }) => id >= (Marker ?? ''));
  const { items, next } = pageOf(from, size);
  return {
    HealthChecks: items.map(writeHealthCheck),
    Marker: Marker ?? '',
    IsTruncated: next !== undefined,
    NextMarker: next?.id,
    MaxItems: size,
  };
};

export const updateHealthCheck: Operation<
  aws.UpdateHealthCheckRequest,
  aws.UpdateHealthCheckResponse
> = async (route53, input, caller) => {
  const { id } = ownHealthCheck(route53, input.HealthCheckId, caller);
  if (input.ResetElements?.length) {
    throw new AwsError('NotImplemented', 'ResetElements is not implemented here.', { status: 501 });
  }
  const patch = readChangeable(input);
  const { value } = await route53.store.updateHealthCheck(id, patch, input.HealthCheckVersion);
  return { HealthCheck: writeHealthCheck(value) };
};

export const deleteHealthCheck: Operation<
  aws.DeleteHealthCheckRequest,
  aws.DeleteHealthCheckResponse
> = async (route53, { HealthCheckId }, caller) => {
  const { id } = ownHealthCheck(route53, HealthCheckId, caller);
  await route53.store.deleteHealthCheck(id);
  return {};
};

export const getHealthCheckStatus: Operation<
  aws.GetHealthCheckStatusRequest,
  aws.GetHealthCheckStatusResponse
> = (route53, { HealthCheckId }, caller) => {
  const { id } = ownHealthCheck(route53, HealthCheckId, caller);
  return { HealthCheckObservations: observations(route53.health.status(id)) };
};

export const getHealthCheckLastFailureReason: Operation<
  aws.GetHealthCheckLastFailureReasonRequest,
  aws.GetHealthCheckLastFailureReasonResponse
> = (route53, { HealthCheckId }, caller) => {
  const { id } = ownHealthCheck(route53, HealthCheckId, caller);
  return { HealthCheckObservations: observations(route53.health.lastFailure(id)) };
};

function observations(report: HealthReport | undefined): aws.HealthCheckObservation[] {
  if (!report) return [];
  const { status, checkedTime } = report;
  return [{ StatusReport: { Status: status, CheckedTime: new Date(checkedTime) } }];
}

function ownHealthChecks({ store }: Route53, { account }: Caller): HealthCheck[] {
  return store.healthChecks().filter((check) => check.account === account);
}

function ownHealthCheck(route53: Route53, id: string | undefined, caller: Caller): HealthCheck {
  return route53.store.healthCheck(ownTaggedResource(route53, 'healthcheck', id, caller).id)!;
}
