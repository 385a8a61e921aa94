import { isIP } from 'node:net';
import type { HealthCheckConfig } from '../store/model.ts';

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html */
const TYPES = new Set(['HTTP', 'HTTPS', 'HTTP_STR_MATCH', 'HTTPS_STR_MATCH', 'TCP', 'CALCULATED']);
const MOST_CHILDREN = 255;
const LONGEST = 255;

/** What is wrong with a health check; undefined where nothing is. `find` gives the configurations of others, `id` is its own, where it has one. */
export function healthCheckMistake(
  config: HealthCheckConfig,
  find: (id: string) => HealthCheckConfig | undefined,
  id: string | undefined,
): string | undefined {
  const { type, requestInterval, failureThreshold, port } = config;
  if (!TYPES.has(type)) return `Health checks of type ${type} are not supported here.`;
  if (type === 'CALCULATED') return calculatedMistake(config, find, id);
  if (requestInterval !== undefined && requestInterval !== 10 && requestInterval !== 30)
    return 'RequestInterval must be 10 or 30.';
  if (failureThreshold !== undefined && !isWithin(failureThreshold, 1, 10))
    return 'FailureThreshold must be between 1 and 10.';
  if (port !== undefined && !isWithin(port, 1, 65_535)) return 'Port must be between 1 and 65535.';
  if (config.ipAddress !== undefined && isIP(config.ipAddress) === 0)
    return `Invalid IP address: ${config.ipAddress}`;
  if (config.ipAddress === undefined && config.fullyQualifiedDomainName === undefined)
    return 'Either IPAddress or FullyQualifiedDomainName must be given.';
  if (config.childHealthChecks !== undefined || config.healthThreshold !== undefined)
    return 'ChildHealthChecks and HealthThreshold are for calculated health checks.';
  return endpointMistake(config);
}

function endpointMistake(config: HealthCheckConfig): string | undefined {
  const { type, searchString, resourcePath, fullyQualifiedDomainName } = config;
  const matches = type === 'HTTP_STR_MATCH' || type === 'HTTPS_STR_MATCH';
  if (matches && !searchString) return `SearchString is required for ${type}.`;
  if (!matches && searchString !== undefined) return `SearchString is not allowed for ${type}.`;
  if (type === 'TCP' && config.port === undefined) return 'Port is required for TCP.';
  if (type === 'TCP' && resourcePath !== undefined) return 'ResourcePath is not allowed for TCP.';
  for (const text of [searchString, resourcePath, fullyQualifiedDomainName]) {
    if (text !== undefined && text.length > LONGEST) return `A value has more than ${LONGEST} characters.`;
  }
  // What could end the request line, or a header, would let one check make another request.
  if (/[\s\0]/.test(`${resourcePath ?? ''}${fullyQualifiedDomainName ?? ''}`))
    return 'ResourcePath and FullyQualifiedDomainName may not contain blanks.';
  return undefined;
}

function calculatedMistake(
  { childHealthChecks = [], healthThreshold, ...config }: HealthCheckConfig,
  find: (id: string) => HealthCheckConfig | undefined,
  id: string | undefined,
): string | undefined {
  const endpoint = [config.ipAddress, config.port, config.resourcePath, config.searchString];
  if (endpoint.some((value) => value !== undefined) || config.fullyQualifiedDomainName !== undefined)
    return 'A calculated health check has no endpoint.';
  if (healthThreshold === undefined || !isWithin(healthThreshold, 0, 256))
    return 'HealthThreshold must be between 0 and 256.';
  if (childHealthChecks.length > MOST_CHILDREN)
    return `A calculated health check has at most ${MOST_CHILDREN} children.`;
  for (const child of childHealthChecks) {
    const found = find(child);
    if (child === id || found === undefined) return `Invalid child health check: ${child}`;
    if (found.type === 'CALCULATED')
      return `A calculated health check cannot be the child of another: ${child}`;
  }
  return undefined;
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
