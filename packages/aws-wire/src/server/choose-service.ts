import type { IncomingMessage } from 'node:http';
import { readSignature } from '../signature/read-signature.ts';
import type { AwsService } from './answer-request.ts';

/**
 * The service that a request's signature names. The first one for a request that names none of them: it says in its own words what is wrong with
 * the signature.
 */
export function chooseService(
  services: readonly AwsService[],
  { headers, url }: Pick<IncomingMessage, 'headers' | 'url'>,
): AwsService {
  const name = services.length > 1 ? readService(headers, url ?? '/') : undefined;
  return services.find((service) => service.name === name) ?? services[0]!;
}

function readService(headers: IncomingMessage['headers'], url: string): string | undefined {
  const queryString = url.split('?').slice(1).join('?');
  try {
    return readSignature({ headers, queryString }).service;
  } catch {
    return undefined;
  }
}
