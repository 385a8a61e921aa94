/** What authorities are given to answer: zones, their records, and the questions asked of them. */

export type ZoneRecord = { owner: string; type: 'A' | 'CNAME' | 'TXT'; value: string };

export type Shape = {
  name: string;
  title: string;
  zones: readonly string[];
  /** Owners are relative to the zone, names in values absolute. */
  records(zone: string): Iterable<ZoneRecord>;
  /** The names of so many questions for A records, all of which get NOERROR, far from one to the next. */
  questions(count: number): string[];
  /** A name that has one A record. */
  probe: string;
};

const address = (number: number) => `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
/** Multiples of a prime that divides no count here visit everything before they come back. */
const spread = (index: number, count: number) => (index * 611_953) % count;

function hosts(count: number): ZoneRecord[] {
  return Array.from({ length: count }, (_, host) => ({ owner: `h${host}`, type: 'A', value: address(host) }));
}

function manyHosts(name: string, title: string, zoneCount: number, hostCount: number): Shape {
  const zones = Array.from({ length: zoneCount }, (_, zone) => `z${zone}.bench.example`);
  const total = zoneCount * hostCount;
  const nameOf = (index: number) => {
    const place = spread(index, total);
    return `h${Math.floor(place / zoneCount)}.${zones[place % zoneCount]}`;
  };
  return {
    name,
    title,
    zones,
    records: () => hosts(hostCount),
    questions: (count) => Array.from({ length: count }, (_, index) => nameOf(index)),
    probe: `h${hostCount - 1}.${zones.at(-1)}`,
  };
}

const MIXED = 'mixed.bench.example';
const MIXED_NAMES = 1000;

/** A third each: names that a wildcard makes, aliases, and names without the type that is asked for. */
const mixed: Shape = {
  name: 'mixed',
  title: 'Wildcards, CNAMEs and no data',
  zones: [MIXED],
  *records() {
    yield { owner: '*.w', type: 'A', value: '10.0.0.1' };
    for (const host of hosts(MIXED_NAMES)) {
      const number = host.owner.slice(1);
      yield host;
      yield { owner: `c${number}`, type: 'CNAME', value: `h${number}.${MIXED}.` };
      yield { owner: `t${number}`, type: 'TXT', value: '"text"' };
    }
  },
  questions: (count) =>
    Array.from({ length: count }, (_, index) => {
      const number = spread(index, MIXED_NAMES);
      return [`n${index}.w.${MIXED}`, `c${number}.${MIXED}`, `t${number}.${MIXED}`][index % 3]!;
    }),
  probe: `probe.w.${MIXED}`,
};

export const shapes: readonly Shape[] = [
  manyHosts('one-zone', 'One zone of 1,000,000 records', 1, 1_000_000),
  manyHosts('many-zones', '1,000 zones of 1,000 records', 1000, 1000),
  mixed,
];

/** A zone as the file that every authority reads. */
export function zoneFile(shape: Shape, zone: string): string {
  const lines = [
    `$ORIGIN ${zone}.`,
    '$TTL 300',
    '@ SOA ns hostmaster 1 3600 600 86400 300',
    '@ NS ns',
    'ns A 192.0.2.53',
  ];
  for (const { owner, type, value } of shape.records(zone)) lines.push(`${owner} ${type} ${value}`);
  return `${lines.join('\n')}\n`;
}
