import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect, isIP } from 'node:net';
import type { HealthCheckConfig } from '../store/model.ts';

/** One look at an endpoint. `reason` is for people: what came back, or why nothing did. */
export type ProbeResult = { healthy: boolean; reason: string };
export type Probe = (config: HealthCheckConfig) => Promise<ProbeResult>;

/**
 * Route 53's time-outs, in milliseconds, and how much of a body it searches, in bytes.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export const PROBE_LIMITS = { tcpConnect: 10_000, httpConnect: 4000, httpResponse: 2000, searched: 5120 };
type ProbeLimits = typeof PROBE_LIMITS;

/** Looks at the endpoint of a health check that is not a calculated one. Never rejects. */
export async function probeEndpoint(
  config: HealthCheckConfig,
  limits: ProbeLimits = PROBE_LIMITS,
): Promise<ProbeResult> {
  try {
    return await (config.type === 'TCP' ? probeTcp(config, limits) : probeHttp(config, limits));
  } catch (error) {
    // A path or name that no request can have.
    return { healthy: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function probeTcp(config: HealthCheckConfig, limits: ProbeLimits): Promise<ProbeResult> {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  const socket = connect({ host: hostOf(config), port: config.port! });
  const end = (healthy: boolean, reason: string) => {
    clearTimeout(timer);
    socket.destroy();
    resolve({ healthy, reason });
  };
  const timer = setTimeout(() => end(false, 'no connection in time'), limits.tcpConnect);
  socket.on('connect', () => end(true, 'connected'));
  socket.on('error', (error) => end(false, error.message));
  return promise;
}

/** 2xx and 3xx are healthy; with a search string, where it is in the first 5,120 bytes of the body. Redirections are not followed, certificates not checked. */
function probeHttp(config: HealthCheckConfig, limits: ProbeLimits): Promise<ProbeResult> {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  const secure = config.type.startsWith('HTTPS');
  const outgoing = startRequest(config, secure);
  let timer: NodeJS.Timeout;
  const end = (healthy: boolean, reason: string) => {
    clearTimeout(timer);
    outgoing.destroy();
    resolve({ healthy, reason });
  };
  const within = (milliseconds: number, reason: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => end(false, reason), milliseconds);
  };
  within(limits.httpConnect, 'no connection in time');
  outgoing.on('error', (error) => end(false, error.message));
  outgoing.on('socket', (socket) =>
    socket.on(secure ? 'secureConnect' : 'connect', () => within(limits.httpResponse, 'no response in time')),
  );
  outgoing.on('response', async (response) => {
    const { statusCode = 0 } = response;
    const status = `HTTP Status Code ${statusCode}, ${response.statusMessage}`;
    if (statusCode < 200 || statusCode > 399) return end(false, status);
    if (config.searchString === undefined) return end(true, status);
    const body = await readStart(response, limits.searched);
    const found = body.includes(config.searchString);
    end(found, found ? `${status}, the string is there` : `${status}, the string is not there`);
  });
  outgoing.end();
  return promise;
}

function startRequest(config: HealthCheckConfig, secure: boolean): ClientRequest {
  const name = config.fullyQualifiedDomainName;
  const named = config.enableSni !== false && name !== undefined && isIP(name) === 0;
  return (secure ? requestHttps : requestHttp)({
    host: hostOf(config),
    port: config.port ?? (secure ? 443 : 80),
    path: pathOf(config.resourcePath),
    headers: {
      host: hostHeader(config, secure),
      'user-agent': 'Pointsman-Health-Check',
      connection: 'close',
    },
    agent: false,
    rejectUnauthorized: false,
    ...(secure && { servername: named ? name : '' }),
  });
}

function hostOf({ ipAddress, fullyQualifiedDomainName }: HealthCheckConfig): string {
  return ipAddress ?? fullyQualifiedDomainName!;
}

function pathOf(path = '/'): string {
  return path.startsWith('/') ? path : `/${path}`;
}

/** The domain name where there is one, else the address; the port where it is not the usual one. */
function hostHeader(config: HealthCheckConfig, secure: boolean): string {
  const host = config.fullyQualifiedDomainName ?? config.ipAddress!;
  const shown = host.includes(':') ? `[${host}]` : host;
  const usual = secure ? 443 : 80;
  return config.port === undefined || config.port === usual ? shown : `${shown}:${config.port}`;
}

/** At most `bytes` of a body, or what there was of it before it broke off. */
async function readStart(body: AsyncIterable<Buffer>, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= bytes) break;
    }
  } catch {
    // A connection that is cut, by the other side or by the time-out: what came is searched.
  }
  return Buffer.concat(chunks).subarray(0, bytes);
}
