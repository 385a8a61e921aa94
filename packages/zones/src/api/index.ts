export type { AnswerTest, HealthReport, HealthReports, Route53 } from './operation.ts';
export { type Route53Server, serveRoute53 } from './serve-route53.ts';
