export { AwsError } from './aws-error.ts';
export { awsJson, type JsonOptions } from './json/aws-json.ts';
export type { Call, Protocol, WireRequest, WireResponse } from './protocol.ts';
export { awsQuery, ec2Query, type QueryOptions } from './query/query-protocol.ts';
export { type RestXmlOptions, restXml } from './rest/rest-xml.ts';
export { s3Rest } from './rest/s3-rest.ts';
export { type OperationSchema, schemasOf } from './schema/operation-schema.ts';
export type { AwsService, GatedCall, Handler } from './server/answer-request.ts';
export {
  API_LIMITS,
  ApiError,
  type ApiServer,
  type ApiServerOptions,
  type Certificate,
  DEFAULT_ACCOUNT,
  startApiServer,
} from './server/start-server.ts';
export { type AccessKey, type Caller, type FindKey, findKeyIn } from './signature/authenticate.ts';
