import { formatAddress, parseAddress } from '@pointsman/core/address';
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

export function collectHosts(text: string, hosts: string[] = []): string[] {
  const bytes = parseAddress(text);
  if (bytes) return [...hosts, formatAddress(bytes)];
  throw new InvalidArgumentError('Write an address of the host, such as 10.10.1.11.');
}

/** As the kernel takes it: at most 15 bytes, no blank and no slash. */
export function parseDevice(text: string): string {
  if (/^[A-Za-z0-9_.:-]{1,15}$/.test(text)) return text;
  throw new InvalidArgumentError('Write the name of an interface, such as eth0.');
}
