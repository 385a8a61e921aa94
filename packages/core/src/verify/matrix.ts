import type { Disposition } from './disposition.ts';
import type { Walk } from './walk.ts';
import { bare } from './wording.ts';

/** What becomes of the names of a zone, for the clients of a network. */
export type MatrixCell = {
  network: string;
  zone: string;
  disposition: Disposition;
  /** The zone that answers: another one than `zone` where that is not the one that is asked. */
  by?: string;
};

/** The zones of the topology, each name once, in the order of the file. */
export function zoneNames({ model }: Walk): string[] {
  return [...new Set(model.topology.zones.map(({ name }) => name))];
}

/** Networks × zones, both in the order of the file. */
export function* matrixOf(walked: Walk): Generator<MatrixCell> {
  const { classes, verdicts, model } = walked;
  const zones = zoneNames(walked).map((name) => ({ name: bare(name), index: classes.indexOf.get(name)! }));
  for (const { name: network } of model.topology.networks) {
    const row = walked.rowOf(network);
    for (const { name, index } of zones) {
      const { disposition, zone } = verdicts.of(row.verdicts[index]!);
      yield { network, zone: name, disposition, ...(zone === undefined ? {} : { by: bare(zone) }) };
    }
  }
}
