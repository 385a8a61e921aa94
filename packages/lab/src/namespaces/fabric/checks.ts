/**
 * What is given becomes a part of commands, rules and configuration files: each is checked for its form first, though the cloud has done so.
 * All throw FabricError, before anything is changed.
 */
import type {
  FabricDhcpOptions,
  FabricInterface,
  FabricPermission,
  FabricSecurityGroup,
} from '@pointsman/cloud';
import { parseAddress, parseCidr } from '@pointsman/core/address';
import { FabricError } from './fabric-error.ts';

/** As in a topology: lower case letters, digits and hyphens. */
const LAB = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Of the cloud's things (`eni-0a1b…`) and of the lab's own. */
const ID = /^[A-Za-z0-9][\w-]{0,99}$/;
const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i;
/** One or more, as Linux takes them in a search list. */
const DOMAIN_NAMES = /^[\w.-]+(?: [\w.-]+)*$/;
const PROTOCOL = /^(?:-1|tcp|udp|icmp|icmpv6|\d{1,3})$/;

export function checkLab(lab: string): string {
  if (LAB.test(lab)) return lab;
  throw new FabricError(
    `"${lab}" is no name of a lab: use lower case letters, digits and hyphens, 63 at the most`,
  );
}

export function checkId(id: string): void {
  if (ID.test(id)) return;
  throw new FabricError(`"${id}" is no ID: use letters, digits, hyphens and underscores, 100 at the most`);
}

export function checkAddress(address: string): void {
  if (!parseAddress(address)) throw new FabricError(`"${address}" is no IP address`);
}

export function checkCidr(cidr: string): void {
  if (!parseCidr(cidr)) throw new FabricError(`"${cidr}" is no CIDR`);
}

/** As EC2 takes it for an instance. */
export function checkHopLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 64) return;
  throw new FabricError(`${limit} is no hop limit of the metadata service: use 1 to 64`);
}

export function checkInterface({ id, mac, addresses, securityGroupIds }: FabricInterface): void {
  for (const each of [id, ...securityGroupIds]) checkId(each);
  if (!MAC.test(mac))
    throw new FabricError(`"${mac}" is no MAC address: write six bytes as 02:00:00:00:00:01`);
  for (const address of addresses) checkAddress(address);
}

export function checkGroup({ id, ingress, egress }: FabricSecurityGroup): void {
  checkId(id);
  for (const permission of [...ingress, ...egress]) checkPermission(permission);
}

function checkPermission({ protocol, fromPort, toPort, cidrs, groupIds }: FabricPermission): void {
  if (!PROTOCOL.test(protocol)) throw new FabricError(`"${protocol}" is no protocol`);
  for (const port of [fromPort ?? 0, toPort ?? 0]) {
    if (!Number.isInteger(port) || port < -1 || port > 65_535) throw new FabricError(`${port} is no port`);
  }
  for (const cidr of cidrs) checkCidr(cidr);
  for (const groupId of groupIds) checkId(groupId);
}

export function checkDhcpOptions({ domainName, domainNameServers, ntpServers }: FabricDhcpOptions): void {
  if (domainName !== undefined && !DOMAIN_NAMES.test(domainName)) {
    throw new FabricError(`"${domainName}" is no domain name`);
  }
  for (const server of [...domainNameServers, ...ntpServers]) {
    if (server !== 'AmazonProvidedDNS') checkAddress(server);
  }
}
