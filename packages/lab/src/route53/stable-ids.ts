import { createHash } from 'node:crypto';
import type { Topology, Vpc } from '@pointsman/core/topology';

/** IDs that follow from names alone, so that they are the same at every start and in every world. */

const VPC_ID_DIGITS = 17;

/** The VPC that the topology adopts, or `vpc-` and 17 hexadecimal digits that follow from its names. */
export function vpcIdOf({ name }: Pick<Topology, 'name'>, vpc: Pick<Vpc, 'name' | 'vpcId'>): string {
  return vpc.vpcId ?? `vpc-${digest('vpc', name, vpc.name).toString('hex').slice(0, VPC_ID_DIGITS)}`;
}

const ZONE_ID_CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ZONE_ID_LENGTH = 20;

/** `nth`, from 0: which of the zones of that kind and name, in the order of the file. */
export function zoneIdOf(
  { name }: Pick<Topology, 'name'>,
  zone: { name: string; kind: string },
  nth: number,
): string {
  const bytes = digest('zone', name, zone.kind, zone.name, String(nth)).subarray(0, ZONE_ID_LENGTH);
  return `Z${Array.from(bytes, (byte) => ZONE_ID_CHARACTERS[byte % ZONE_ID_CHARACTERS.length]).join('')}`;
}

function digest(...parts: string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}
