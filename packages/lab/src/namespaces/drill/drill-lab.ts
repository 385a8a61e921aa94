import { ask } from '../../client/ask.ts';
import { WorldError } from '../../loopback/world-error.ts';
import { findLab, type HostRecord, type LabRecord } from '../control/lab-record.ts';
import type { FromLab, Notice, ToLab } from '../control/messages.ts';
import { readMachineFile } from '../fabric/index.ts';
import { type Fault, formatFaults } from './fault.ts';
import { parseFaults } from './parse-faults.ts';
import { type DrilledLab, type DrillOptions, type DrillReport, runDrill } from './run-drill.ts';
import { type AskServer, askAsStub, parseResolvConf } from './stub-resolver.ts';

const DNS_PORT = 53;

/** As `DrillOptions`, with the faults in words. */
export type LabDrillOptions = Omit<DrillOptions, 'faults'> & { words: readonly string[] };

/**
 * Drills a lab that runs: from its client hosts' own networks, by their own resolv.conf.
 * @throws WorldError `unknown-fault` for words that name nothing of the lab; where it does not run, or cannot do that
 */
export async function drillLab(
  name: string,
  { words, ...options }: LabDrillOptions,
): Promise<DrillReport & { silent: string[] }> {
  let hear: (news: FromLab) => void = () => {};
  const { record, channel } = await findLab(name, (message) => hear(message as FromLab));
  const parsed = parseFaults(words, record.places);
  if (!parsed.ok) {
    channel.close();
    throw new WorldError('unknown-fault', parsed.message);
  }
  const { faults } = parsed;
  let see: (notice: Notice) => void = () => {};
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  hear = (news) => {
    if (news.event === 'noticed') see(news.notice);
    else if (news.event === 'refused') settle?.reject(new WorldError('refused', news.message));
    else settle?.resolve();
  };
  channel.ended.addEventListener('abort', () =>
    settle?.reject(new WorldError('not-running', `the lab of ${name} has ended`)),
  );
  const request = (message: ToLab) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    settle = { resolve, reject };
    channel.send(message);
    return promise;
  };
  const fault = formatFaults(faults).split(' ');
  const lab: DrilledLab = {
    clients: record.clients.filter(isSpared(faults)).map((host) => clientOf(record, host)),
    break: () => request({ do: 'break', fault, keep: !options.heal }),
    heal: () => request({ do: 'heal', fault }),
    watch: (tell) => {
      see = tell;
      channel.send({ do: 'watch' } satisfies ToLab);
    },
  };
  try {
    return await runDrill(lab, { ...options, faults });
  } finally {
    channel.close();
  }
}

/** A client host that fails itself asks nothing. */
function isSpared(faults: readonly Fault[]): (host: HostRecord) => boolean {
  const failed = faults.flatMap((fault) => (fault.kind === 'zone' ? [fault.availabilityZone] : []));
  return ({ availabilityZone }) => availabilityZone === undefined || !failed.includes(availabilityZone);
}

/** The host as it is now: what DHCP has told it stands in its resolv.conf. */
function clientOf({ lab, load }: LabRecord, host: HostRecord): DrilledLab['clients'][number] {
  const { network, machine, namespace } = host;
  const conf = parseResolvConf(readMachineFile(lab, machine, '/etc/resolv.conf'));
  const askServer: AskServer = async (address, question, patience) => {
    const reply = await ask({
      server: { address, port: DNS_PORT },
      namespace,
      ...question,
      patience,
      tries: 1,
    });
    return reply.ok ? reply.message : reply.reason;
  };
  return {
    network,
    ...load[network]!,
    nameservers: conf.nameservers,
    ask: askServer,
    resolve: (question) => askAsStub(conf, question, askServer),
  };
}
