import { callCloud } from '../cloud/call-cloud.ts';
import type { CloudClients } from '../cloud/clients.ts';
import { type Report, sayOnce } from '../events.ts';
import { pauseFor } from '../pause.ts';
import type { AgentStatus } from './agent-status.ts';

/** Milliseconds between two looks at whether there is something new, and from one writing to the next where there is not. */
const LOOK = 2000;
const HEARTBEAT = 60_000;
/** Of a standard parameter, bytes: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const ROOM = 4096;

/** Writes the status of a host that has an address to an SSM parameter, for `pointsman status`, until the signal. */
export async function publishStatus(
  name: string,
  read: () => AgentStatus,
  { ssm }: Pick<CloudClients, 'ssm'>,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const say = sayOnce(report);
  let last = { essence: '', at: Number.NEGATIVE_INFINITY };
  while (!signal.aborted) {
    const status = read();
    const essence = essenceOf(status);
    const isDue = essence !== last.essence || performance.now() - last.at > HEARTBEAT;
    if (status.member !== undefined && isDue) {
      const { PutParameterCommand } = await import('@aws-sdk/client-ssm');
      const command = new PutParameterCommand({
        Name: name.replaceAll('{member}', status.member),
        Value: shorten(status),
        Type: 'String',
        Overwrite: true,
      });
      await callCloud('ssm:PutParameter', async () => (await ssm()).send(command)).then(
        () => say('publish', undefined),
        (error: Error) => say('publish', { level: 4, text: `the status is not published: ${error.message}` }),
      );
      // Also where it failed: the next look is soon enough.
      last = { essence, at: performance.now() };
    }
    await pauseFor(LOOK, signal);
  }
}

/** What is worth a writing of its own. */
function essenceOf({
  role,
  member,
  instanceId,
  healthy,
  engine,
  configuration,
  rules,
  faults,
  heals,
}: AgentStatus) {
  const states = rules.map(({ suffix, state }) => [suffix, state]);
  return JSON.stringify([
    role,
    member,
    instanceId,
    healthy,
    engine,
    configuration,
    states,
    faults,
    heals.length,
  ]);
}

/** Rules that answer and old heals go where it has no room; what is wrong stays. */
function shorten(status: AgentStatus): string {
  const heals = status.heals.slice(-1).map((heal) => ({ ...heal, events: [] }));
  const bad = status.rules.filter(({ state }) => state !== 'answered');
  const brief = ({ suffix, state, at }: AgentStatus['rules'][number]) => ({ suffix, state, detail: '', at });
  for (const rules of [
    status.rules,
    status.rules.map(brief),
    bad.map(brief),
    bad.slice(0, 10).map(brief),
    [],
  ]) {
    const text = JSON.stringify({ ...status, heals, rules });
    if (Buffer.byteLength(text) <= ROOM) return text;
  }
  return JSON.stringify({ ...status, heals: [], rules: [], problems: [], doing: '' }).slice(0, ROOM);
}
