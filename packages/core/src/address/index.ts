export * from './address.ts';
export * from './reverse.ts';
