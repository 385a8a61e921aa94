export * from './plan.ts';
export { planTopology } from './plan-topology.ts';
