export type * from './fabric/fabric.ts';
