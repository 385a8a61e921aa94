export { AwsError } from './aws-error.ts';
export type { Call, Protocol, WireRequest, WireResponse } from './protocol.ts';
export type { OperationSchema } from './rest/operation.ts';
export { type RestXmlOptions, restXml } from './rest/rest-xml.ts';
export type { AwsService, Handler } from './server/answer-request.ts';
export {
  API_LIMITS,
  ApiError,
  type ApiServer,
  type ApiServerOptions,
  DEFAULT_ACCOUNT,
  startApiServer,
} from './server/start-server.ts';
export type { AccessKey, Caller } from './signature/authenticate.ts';
