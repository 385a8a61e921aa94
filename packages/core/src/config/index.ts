export * from './agent.ts';
export * from './forwarder.ts';
export type { ConfigProblem } from './parse-config.ts';
export * from './service-interface.ts';
