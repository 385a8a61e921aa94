export { suggestion } from '../schema/nearest.ts';
export { isReserved } from './address-book.ts';
export { type ParseResult, parseTopology, topologyFromValue } from './parse.ts';
export { formatProblem, type TopologyProblem } from './problem.ts';
export type { ReadFile } from './records.ts';
export { defineTopology, type TopologyInput, topologyJsonSchema } from './schema.ts';
export * from './topology.ts';
export { VPC_RESOLVER_LINK_LOCAL, vpcResolverAddress } from './vpc-resolver.ts';
