import { showName } from '../../schema/path.ts';
import type { Zone } from '../../topology/topology.ts';
import { type Failure, formatFailure } from '../failure.ts';
import type { Walk } from '../walk.ts';
import { hasView } from './answers.ts';
import type { Severity } from './codes.ts';
import type { FindingContext } from './context.ts';
import { zoneSubject } from './context.ts';
import { askerOf, type Culprits, exitOf, findCulprits } from './culprits.ts';
import { type Gathering, pathOf, sampleOf } from './gathering.ts';
import { type Fault, isZone, type Target } from './rows.ts';
import { listed } from './words.ts';

/** Who suffers from which fault. */
export type Suffered = {
  networks: readonly string[];
  faults: readonly Fault[];
  failure?: Failure;
};

/**
 * The causes of faults: `loop`, `no-route`, `no-resolver`, `not-transitive`, `authority-unreachable`, `resolver-outside-vpc`,
 * `zone-not-associated`, `dhcp-bypass`, `nxdomain-capture`, `public-leak`. Faults of one verdict have one cause: one question is traced for each. After a failure only what
 * answers wrongly counts: that nothing answers any more is for `single-…` to say.
 */
export function explainFaults(
  context: FindingContext,
  walked: Walk,
  gathering: Gathering,
  suffered: Suffered,
): void {
  const byVerdict = Map.groupBy(suffered.faults, ({ verdict }) => verdict);
  for (const [verdict, faults] of byVerdict) {
    const { disposition, by } = walked.verdicts.of(verdict);
    if (disposition === 'NO_ROUTE' && suffered.failure) continue;
    const targets = faults.map(({ target }) => target);
    const sample = sampleOf(targets);
    const network = suffered.networks[0]!;
    const add: Gathering['add'] = (what, networks, which) => {
      const { failure } = suffered;
      const later = failure ? { severity: 'warning' as const, without: formatFailure(failure) } : {};
      gathering.add({ ...what, ...later }, networks, which);
    };
    const fault = { context, network, networks: suffered.networks, targets, add, failure: suffered.failure };
    const culprits = (target: Target, from = network) =>
      findCulprits(context, from, target.name, suffered.failure);
    if (disposition === 'NO_RESOLVER') noResolver(fault);
    else if (disposition === 'LOOP') loop(fault, by!);
    else if (disposition === 'NO_ROUTE') unreachable(fault, culprits(sample));
    else if (disposition === 'REFUSED_BY' && by!.startsWith('resolvers/'))
      stranger(fault, culprits(sample), by!);
    else misled(fault, walked, verdict, culprits);
  }
}

/** `undecided`: of each network, what cannot be told. A network of which nothing is known has no faults, and is not proven for all that. */
export function tellUndecided(
  { networks }: FindingContext,
  { verdicts }: Walk,
  gathering: Gathering,
  undecided: Suffered,
): void {
  if (undecided.faults.length === 0) return;
  const targets = undecided.faults.map(({ target }) => target);
  const reasons = new Set(undecided.faults.map(({ verdict }) => verdicts.of(verdict).because!));
  for (const name of undecided.networks) {
    const what = {
      code: 'undecided' as const,
      subject: `networks/${name}`,
      why: `cannot be decided: ${listed([...reasons], '; ')}`,
      remedy: 'state what it depends on: a link of the two networks, or who answers at the address',
      paths: [networks.get(name)!.path],
    };
    gathering.add(what, [name], targets);
  }
}

type FaultContext = {
  context: FindingContext;
  network: string;
  networks: readonly string[];
  targets: readonly Target[];
  add: Gathering['add'];
  failure: Failure | undefined;
};

function noResolver({ context, networks, add }: FaultContext): void {
  for (const name of networks) {
    const network = context.networks.get(name)!;
    const isOff = network.kind === 'vpc' && !network.dnsSupport;
    add(
      {
        code: 'no-resolver',
        subject: `networks/${name}`,
        why: `its clients have nobody to ask${isOff ? ': it names no resolvers, and its own is off (dnsSupport: false)' : ''}`,
        remedy: 'give it resolvers: a forwarder tier, where there is one',
        paths: [network.path],
      },
      [name],
      [],
    );
  }
}

function loop({ context, networks, targets, add }: FaultContext, by: string): void {
  const subject = by.split('/').slice(0, 2).join('/');
  const why = 'queries come back to it';
  const remedy = 'let one of the servers in the circle ask whoever is authoritative';
  add({ code: 'loop', subject, why, remedy, paths: [pathOf(context, subject)] }, networks, targets);
}

/** Nobody that is to be asked can be reached. */
function unreachable({ context, networks, targets, add }: FaultContext, { blocked }: Culprits): void {
  if (!blocked) return;
  const { asker, network, place, route, because } = blocked;
  const through = route.kind === 'none' ? route.through : [];
  const paths = [pathOf(context, asker)];
  const why = `${asker} cannot reach ${place.kind === 'member' ? 'any member of ' : ''}${place.subject.split('/').slice(0, 2).join('/')}: ${because}`;
  if (through.length > 0) {
    const remedy = `link ${network} with ${place.network}, or ask a forwarder tier in ${through[0]}`;
    add({ code: 'not-transitive', subject: asker, why, remedy, paths }, networks, targets);
  } else if (place.kind === 'authority' && asker.startsWith('forwarders/')) {
    const subject = place.subject;
    const remedy = `link ${network} with ${place.network}, or forward the zones to a tier that reaches it`;
    add(
      { code: 'authority-unreachable', subject, why, remedy, paths: [pathOf(context, subject), ...paths] },
      networks,
      targets,
    );
  } else {
    const remedy =
      place.network === undefined
        ? 'name a server that can be reached'
        : `link ${network} with ${place.network}, and let DNS over UDP through, or name a server that can be reached`;
    add({ code: 'no-route', subject: asker, why, remedy, paths }, networks, targets);
  }
}

function stranger(
  { context, network, networks, targets, add }: FaultContext,
  culprits: Culprits,
  by: string,
): void {
  const subject = askerOf(culprits, by, network);
  const vpc = by.slice('resolvers/'.length);
  const why = `it asks the VPC resolver of ${vpc}, which answers nobody outside ${vpc}`;
  const remedy = `ask a forwarder tier in ${vpc}: it may ask the VPC resolver`;
  add(
    { code: 'resolver-outside-vpc', subject, why, remedy, paths: [pathOf(context, subject)] },
    networks,
    targets,
  );
}

/** Somebody answers, and it is not who should. */
function misled(
  fault: FaultContext,
  walked: Walk,
  verdict: number,
  culprits: (target: Target, network?: string) => Culprits,
): void {
  const { context, networks, add } = fault;
  const zones = fault.targets.filter(isZone);
  const { disposition, zone: answering } = walked.verdicts.of(verdict);
  const first = culprits(sampleOf(zones));
  if (!fault.failure) {
    if (first.tier === undefined) bypassed(fault, zones);
    else notAssociated(fault, zones, first.tier);
  }
  if (disposition === 'ANSWERED') {
    const wide = context.zones.named(answering!).find(({ kind }) => kind !== 'public')!;
    const swallowed = zones.filter((zone) => zone.name !== wide.name && zone.records.length > 0);
    if (swallowed.length === 0) return;
    const why = 'it covers names of another zone, has none of them, and says that they do not exist';
    const remedy = `let whoever asks it forward ${showName(sampleOf(swallowed).name)} to its own servers, or associate that zone with the same VPC`;
    add(
      { code: 'nxdomain-capture', subject: zoneSubject(wide), why, remedy, paths: [wide.path] },
      networks,
      swallowed,
    );
  }
  if (disposition === 'PUBLIC') leaked(fault, zones, culprits);
}

/** Private names end in public DNS: wrong for who is to resolve them, and nothing to who has no part in all this. */
function leaked(
  { context, networks, add }: FaultContext,
  zones: readonly Zone[],
  culprits: (target: Target, network: string) => Culprits,
): void {
  const parts = Map.groupBy(networks, (name) => severityOfLeak(context, name));
  for (const [severity, names] of parts) {
    const isPart = severity !== 'notice';
    const subject = exitOf(culprits(sampleOf(zones), names[0]!), names[0]!);
    const why = isPart
      ? 'private names leave here for public DNS'
      : 'private names leave here for public DNS: it asks no server of the topology, and has no link to a forwarder tier';
    const remedy = isPart
      ? 'forward them to whoever is authoritative for them'
      : 'link it with a forwarder tier and let it ask that, if it is to resolve them';
    const paths = [pathOf(context, subject)];
    add({ code: 'public-leak', severity, subject, why, remedy, paths }, names, zones);
  }
}

/** What a view makes different may be meant to be. */
function severityOfLeak(context: FindingContext, network: string): Severity {
  if (!takesPart(context, network)) return 'notice';
  return hasView(context, network) ? 'warning' : 'error';
}

/** False for a network that plainly has no part: it asks only its own VPC resolver or public DNS, and no tier is in it or joined with it. */
function takesPart({ model, topology }: FindingContext, name: string): boolean {
  const { contacts } = model.resolversOf(name);
  if (contacts.some(({ player }) => player.kind !== 'resolver' && player.kind !== 'outside')) return true;
  return topology.forwarders.some(
    ({ network }) => network === name || model.reach.linksBetween(name, network).length > 0,
  );
}

/** A tier decided: its VPC lacks the zone. */
function notAssociated(
  { context, networks, add }: FaultContext,
  zones: readonly Zone[],
  tierName: string,
): void {
  const tier = context.tiers.get(tierName)!;
  const lacking = zones.filter((zone) => zone.kind === 'private' && !zone.networks.includes(tier.network));
  if (lacking.length === 0) return;
  const subject = `forwarders/${tierName}`;
  const why = `the tier looks for private zones in ${tier.network}, with which they are not associated`;
  const remedy = `associate them with ${tier.network}, or give the tier a forwarding rule for them`;
  add(
    {
      code: 'zone-not-associated',
      subject,
      why,
      remedy,
      paths: [tier.path, ...lacking.slice(0, 3).map(({ path }) => path)],
    },
    networks,
    lacking,
  );
}

/** No tier was asked, though there is one that could be and that knows the zones. */
function bypassed({ context, networks, add }: FaultContext, zones: readonly Zone[]): void {
  for (const name of networks) {
    const known = context.tierFor(name, zones);
    if (!known) continue;
    const network = context.networks.get(name)!;
    const why = `its clients ask ${asked(context, name)}, and not forwarders/${known.tier}, which they could reach`;
    const remedy =
      network.kind === 'vpc'
        ? `set its resolvers to forwarders/${known.tier}`
        : `set its resolvers to forwarders/${known.tier}, or let the authority that it asks forward to that tier`;
    const paths = [[...network.path, 'resolvers'], network.path];
    add({ code: 'dhcp-bypass', subject: `networks/${name}`, why, remedy, paths }, [name], known.zones);
  }
}

function asked({ networks }: FindingContext, name: string): string {
  const [first] = networks.get(name)!.resolvers;
  if (first === undefined) return 'nobody';
  if (first.kind === 'address') return first.address;
  return first.kind === 'vpc-resolver' ? 'its VPC resolver' : `authorities/${first.name}`;
}
