/** What runs a topology in 127.0.0.0/8. An entry of its own, as zones and their API take their time to load. */
export { startWorld, type WorldOptions } from './start-world.ts';
