import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came over HTTP: the path and query string still percent-encoded. */
export type WireRequest = {
  method: string;
  path: string;
  queryString: string;
  headers: IncomingHttpHeaders;
  body: Uint8Array;
};

export type WireResponse = { status: number; headers: Record<string, string>; body: string | Uint8Array };

/** What a request asks for: an operation by its name in the service's model, and its input in the model's shapes. */
export type Call = { operation: string; input: object };

/** One of AWS's wire protocols, for one service. */
export type Protocol = {
  /** @throws AwsError for what is no request of this service, or has the wrong shape */
  readCall(request: WireRequest): Call;
  writeOutput(operation: string, output: object, requestId: string): WireResponse;
  writeError(code: string, message: string, status: number | undefined, requestId: string): WireResponse;
};
