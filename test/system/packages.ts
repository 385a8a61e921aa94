import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** A Debian package that tests or the bench use. `command` tells whether it is there: a command, or the absolute path of a file. */
export type SystemPackage = { package: string; command: string; for: string };

/** The one list of what is needed besides npm's packages. */
export const systemPackages: readonly SystemPackage[] = [
  { package: 'bind9', command: 'named', for: 'a real authority in the tests; a peer in the bench' },
  { package: 'bind9-dnsutils', command: 'dig', for: 'asking as users do' },
  { package: 'dnsperf', command: 'dnsperf', for: 'load' },
  { package: 'unbound', command: 'unbound', for: 'what is rendered for it; a peer in the bench' },
  { package: 'dnsdist', command: 'dnsdist', for: 'what is rendered for it; a peer in the bench' },
  { package: 'dnsmasq-base', command: 'dnsmasq', for: 'what is rendered for it; a peer in the bench' },
  { package: 'knot-resolver', command: 'kresd', for: 'what is rendered for it; a peer in the bench' },
  { package: 'nsd', command: 'nsd', for: 'the upstream in the bench' },
  { package: 'iproute2', command: 'ip', for: 'reading sockets and routes' },
  { package: 'nftables', command: 'nft', for: 'the source check of a VPC in network namespaces' },
  {
    package: 'keepalived',
    command: 'keepalived',
    for: 'what is rendered for it, and a floating address outside AWS',
  },
  { package: 'udhcpc', command: 'udhcpc', for: 'the DHCP client of the machines of a lab' },
  {
    package: 'busybox',
    command: 'busybox',
    for: 'what udhcpc is a part of; ping and arping in the machines of a lab',
  },
  { package: 'faketime', command: 'faketime', for: 'clocks of the machines of a lab that jump' },
  { package: 'tcpdump', command: 'tcpdump', for: 'seeing the path of a question in the lab' },
  { package: 'procps', command: 'ps', for: 'reading processes' },
  { package: 'gcc', command: 'gcc', for: 'the C echo in the bench' },
  { package: 'libc6-dev', command: '/usr/include/stdio.h', for: 'the C echo in the bench' },
  { package: 'awscli', command: '/usr/bin/aws', for: 'the unmodified client of all services in the tests' },
  { package: 'openssl', command: 'openssl', for: 'a certificate for the health checks over HTTPS' },
  { package: 'systemd', command: 'systemd-analyze', for: 'reading the unit of the agent' },
  { package: 'jq', command: 'jq', for: 'the commands of docs/production.md' },
  { package: 'tmux', command: 'tmux', for: 'a terminal to look at' },
];

/** Where daemons live that are on no ordinary user's PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The full path of a command; undefined where this machine does not have it. */
export function findCommand(command: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  const candidates = isAbsolute(command) ? [command] : folders.map((folder) => join(folder, command));
  return candidates.find(isReadable);
}

export function missingPackages(): SystemPackage[] {
  return systemPackages.filter(({ command }) => findCommand(command) === undefined);
}

/**
 * What to hand to a test's `skip`: false where every command is there, else the sentence that says what is missing. In CI nothing is
 * skipped: there the test runs, and fails.
 */
export function skipWithout(...commands: string[]): string | false {
  const missing = commands.filter((command) => findCommand(command) === undefined);
  if (missing.length === 0 || process.env.CI === 'true') return false;
  return `needs ${missing.join(', ')}, which this machine does not have`;
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
