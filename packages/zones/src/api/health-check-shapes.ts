import type * as aws from '@aws-sdk/client-route-53';
import type { HealthCheck, HealthCheckConfig } from '../store/model.ts';
import { invalidInput } from './operation.ts';

/** @throws AwsError InvalidInput for what checks nothing that we can see */
export function readConfig(config: aws.HealthCheckConfig): HealthCheckConfig {
  if (config.AlarmIdentifier ?? config.InsufficientDataHealthStatus ?? config.RoutingControlArn) {
    throw invalidInput('Health checks of alarms and routing controls are not supported here.');
  }
  return { ...readChangeable(config), type: config.Type as HealthCheckConfig['type'], ...readFixed(config) };
}

/** The fields that an update may change. */
export function readChangeable(
  config: Omit<aws.UpdateHealthCheckRequest, 'HealthCheckId'>,
): Partial<HealthCheckConfig> {
  return {
    ipAddress: config.IPAddress,
    port: config.Port,
    resourcePath: config.ResourcePath,
    fullyQualifiedDomainName: config.FullyQualifiedDomainName,
    searchString: config.SearchString,
    failureThreshold: config.FailureThreshold,
    inverted: config.Inverted,
    disabled: config.Disabled,
    healthThreshold: config.HealthThreshold,
    childHealthChecks: config.ChildHealthChecks,
    enableSni: config.EnableSNI,
    regions: config.Regions,
  };
}

function readFixed({ RequestInterval, MeasureLatency }: aws.HealthCheckConfig) {
  return { requestInterval: RequestInterval, measureLatency: MeasureLatency };
}

/** With the values that fields have where they are not given. */
export function writeHealthCheck({ id, callerReference, version, config }: HealthCheck): aws.HealthCheck {
  return {
    Id: id,
    CallerReference: callerReference,
    HealthCheckConfig: config.type === 'CALCULATED' ? writeCalculated(config) : writeEndpoint(config),
    HealthCheckVersion: version,
  };
}

function writeCalculated(config: HealthCheckConfig): aws.HealthCheckConfig {
  return {
    Type: config.type,
    Inverted: config.inverted ?? false,
    Disabled: config.disabled ?? false,
    HealthThreshold: config.healthThreshold,
    ChildHealthChecks: [...(config.childHealthChecks ?? [])],
  };
}

function writeEndpoint(config: HealthCheckConfig): aws.HealthCheckConfig {
  const isTls = config.type.startsWith('HTTPS');
  const port = config.type.startsWith('HTTP') ? (isTls ? 443 : 80) : undefined;
  return {
    IPAddress: config.ipAddress,
    Port: config.port ?? port,
    Type: config.type,
    ResourcePath: config.resourcePath,
    FullyQualifiedDomainName: config.fullyQualifiedDomainName,
    SearchString: config.searchString,
    RequestInterval: config.requestInterval ?? 30,
    FailureThreshold: config.failureThreshold ?? 3,
    MeasureLatency: config.measureLatency ?? false,
    Inverted: config.inverted ?? false,
    Disabled: config.disabled ?? false,
    EnableSNI: config.enableSni ?? isTls,
    Regions: config.regions && ([...config.regions] as aws.HealthCheckRegion[]),
  };
}
