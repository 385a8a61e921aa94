import type { Tags } from './model.ts';

/** The ID of a new resource. `prefix` is EC2's, `vpc` or `eni`; the tags are those that it is made with. */
export type MakeId = (prefix: string, tags: Tags) => string;

/** IDs of 17 random digits in hexadecimal, as EC2 gives them. */
export function randomIds(random: () => number): MakeId {
  return (prefix) => `${prefix}-${hexDigits(random, 17)}`;
}

export function hexDigits(random: () => number, count: number): string {
  return Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
}
