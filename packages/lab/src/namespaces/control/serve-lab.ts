import { suggestion } from '@pointsman/core/topology';
import { WorldError } from '../../loopback/world-error.ts';
import type { Breaker } from '../drill/breaker.ts';
import type { Fault } from '../drill/fault.ts';
import { parseFaults } from '../drill/parse-faults.ts';
import type { FindMachine } from '../world/find-machines.ts';
import type { NamespacePlan } from '../world/plan.ts';
import { type Channel, type ChannelServer, serveChannel } from './channel.ts';
import { type FromLab, type Notice, readToLab, type ToLab } from './messages.ts';

/** What a lab that runs lets other commands do with it. */
export type ControlledLab = {
  plan: NamespacePlan;
  breaker: Breaker;
  findMachine: FindMachine;
  /** Tells what is noticed until it is ended by what it gives. */
  watch: (tell: (notice: Notice) => void) => () => void;
  /** Lets whoever runs the lab end it. */
  end: () => void;
};

/** Serves other commands at the lab's socket file. @throws an Error with the `code` of the system where it cannot listen there */
export function serveLab(path: string, lab: ControlledLab): Promise<ChannelServer> {
  return serveChannel(path, (message, channel) => {
    const request = readToLab(message);
    const tell = (news: FromLab) => channel.send(news);
    if (!request) return tell({ event: 'refused', message: 'this lab does not know what it was asked' });
    serve(request, lab, channel, tell).catch((error: Error) => {
      tell({ event: 'refused', message: error.message });
      if (!(error instanceof WorldError)) process.emitWarning(error);
    });
  });
}

async function serve(
  request: ToLab,
  lab: ControlledLab,
  channel: Channel,
  tell: (news: FromLab) => void,
): Promise<void> {
  switch (request.do) {
    case 'break': {
      const parsed = parseFaults(request.fault, lab.plan);
      if (!parsed.ok) return tell({ event: 'refused', message: parsed.message });
      await lab.breaker.break(parsed.faults);
      if (!request.keep) healAtEnd(channel, lab.breaker, parsed.faults);
      return tell({ event: 'broken' });
    }
    case 'heal': {
      const parsed = request.fault && parseFaults(request.fault, lab.plan);
      if (parsed && !parsed.ok) return tell({ event: 'refused', message: parsed.message });
      return tell({ event: 'healed', faults: await lab.breaker.heal(parsed?.faults) });
    }
    case 'find': {
      const machine = lab.findMachine(request.member);
      if (machine !== undefined) return tell({ event: 'found', machine });
      return tell({ event: 'refused', message: whyNowhere(request.member, lab.plan) });
    }
    case 'watch': {
      const stop = lab.watch((notice) => tell({ event: 'noticed', notice }));
      return channel.ended.addEventListener('abort', stop, { once: true });
    }
    case 'end':
      return lab.end();
  }
}

function whyNowhere(member: string, { members }: NamespacePlan): string {
  const names = members.map(({ name }) => name);
  if (names.includes(member)) return `no machine has the address of ${member} now`;
  return `"${member}" is no member of the lab; ${suggestion(member, names, 'member')}`;
}

/** Whoever broke it may be killed: then nobody else would put it right. */
function healAtEnd(channel: Channel, breaker: Breaker, faults: readonly Fault[]): void {
  const heal = () => breaker.heal(faults).catch((error: Error) => process.emitWarning(error));
  if (channel.ended.aborted) void heal();
  else channel.ended.addEventListener('abort', heal, { once: true });
}
