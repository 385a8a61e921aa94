export { type AccessKey, ApiError, DEFAULT_ACCOUNT } from '@pointsman/aws-wire';
export type { AnswerTest, Route53 } from './operation.ts';
export { type Route53Server, route53Service, serveRoute53 } from './serve-route53.ts';
export { testsOf } from './test-answer.ts';
