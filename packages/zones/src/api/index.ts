export { type AccessKey, ApiError, type Certificate, DEFAULT_ACCOUNT } from '@pointsman/aws-wire';
export type { AnswerTest, Route53 } from './operation.ts';
export { route53Service } from './route53-service.ts';
export { type Route53Server, type Route53ServerOptions, serveRoute53 } from './serve-route53.ts';
export { testsOf } from './test-answer.ts';
