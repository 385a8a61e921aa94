/** Interfaces by size, as the burstable types have them: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html */
const MOST_BY_SIZE: Readonly<Record<string, number>> = {
  nano: 2,
  micro: 2,
  small: 3,
  medium: 3,
  large: 3,
  xlarge: 4,
  '2xlarge': 4,
};
/** Of larger ones. */
const MOST_OTHERWISE = 8;

export function isInstanceType(text: string): boolean {
  return /^[a-z][a-z0-9-]{1,15}\.[a-z0-9-]{2,16}$/.test(text);
}

/** How many interfaces an instance of a type can have. */
export function mostInterfaces(instanceType: string): number {
  const size = instanceType.split('.')[1]!;
  return Object.hasOwn(MOST_BY_SIZE, size) ? MOST_BY_SIZE[size]! : MOST_OTHERWISE;
}

/** Of types with Graviton processors: the letter behind the generation's number is a g. */
export function architectureOf(instanceType: string): 'arm64' | 'x86_64' {
  return /^[a-z]+[0-9]+g/.test(instanceType) ? 'arm64' : 'x86_64';
}
