import { InvalidArgumentError } from 'commander';

/** Values of options: what is wrong with one is told with the option's name, and the command ends with 2. */

export function parsePort(text: string): number {
  const port = Number(text);
  if (/^[0-9]+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new InvalidArgumentError('A port is a number from 1 to 65535.');
}

export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (/^[0-9]+(\.[0-9]+)?$/.test(text) && seconds > 0 && seconds <= 2_000_000) return seconds;
  throw new InvalidArgumentError('Write a number of seconds, such as 60 or 0.5.');
}

export function parseWorkers(text: string): number {
  const workers = Number(text);
  if (/^[0-9]+$/.test(text) && workers >= 1 && workers <= 64) return workers;
  throw new InvalidArgumentError('Write a number from 1 to 64.');
}
