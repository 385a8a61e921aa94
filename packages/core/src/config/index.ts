export * from './forwarder.ts';
