import { drillLab } from '@pointsman/lab';
import type { HealLab } from './lab.ts';
import { bootOf, type Kill } from './summary.ts';

/** Milliseconds after which whoever has not heard from an address finds it silent; healing a kill is the agents' business, not the drill's. */
const UNNOTICED = 2500;

/** Kills the machines of members, one after the other and in turns, and waits for each address to answer all clients again. */
export async function killAgainAndAgain(
  lab: HealLab,
  count: number,
  tell: (line: string) => void,
): Promise<Kill[]> {
  const kills: Kill[] = [];
  for (let turn = 0; turn < count; turn++) {
    const { name, availabilityZone } = lab.members[turn % lab.members.length]!;
    await lab.whole(availabilityZone);
    const kill = await killOnce(lab, name);
    kills.push(kill);
    tell(`${turn + 1}/${count} ${name} ${phrase(kill)}`);
  }
  return kills;
}

async function killOnce({ topology }: HealLab, member: string): Promise<Kill> {
  const { events, answeredAgain_ms, load, silent } = await drillLab(topology.name, {
    words: ['kill', member],
    lasts: UNNOTICED,
    heal: true,
    signal: new AbortController().signal,
    tell: () => {},
  });
  const again = Object.values(answeredAgain_ms);
  const recovered_ms = silent.length === 0 && again.length > 0 ? Math.max(...again) : undefined;
  return { member, recovered_ms, boot_ms: bootOf(events), load, events };
}

function phrase({ recovered_ms: ms, load }: Kill): string {
  const recovered =
    ms === undefined ? 'did not answer again' : `answered again after ${(ms / 1000).toFixed(1)} s`;
  return `${recovered}; of ${load.asked} questions ${load.late} late, ${load.lost} lost`;
}
