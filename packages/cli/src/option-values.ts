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
  throw new InvalidArgumentError('Write a number of seconds above 0, such as 60 or 0.5.');
}

export function parseWorkers(text: string): number {
  const workers = Number(text);
  if (/^[0-9]+$/.test(text) && workers >= 1 && workers <= 64) return workers;
  throw new InvalidArgumentError('Write a number from 1 to 64.');
}

export function parseAccount(text: string): string {
  if (/^[0-9]{12}$/.test(text)) return text;
  throw new InvalidArgumentError('An AWS account is a number of 12 digits, such as 111122223333.');
}

export function parseRegion(text: string): string {
  if (/^[a-z]{2}(-[a-z]+)+-[0-9]+$/.test(text)) return text;
  throw new InvalidArgumentError('Write a region, such as ap-southeast-2.');
}

export function parseUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('Write a URL, such as http://127.0.0.1:10053.');
}

/** As in a topology. */
export function parseLabName(text: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('A lab is called as its topology: lower case letters, digits and hyphens.');
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
