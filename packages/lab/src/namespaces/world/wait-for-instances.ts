import { once } from 'node:events';
import type { Cloud } from '@pointsman/cloud';
import { WorldError } from '../../loopback/world-error.ts';

/** Milliseconds for machines to boot; on a busy one, a hundred of them. */
const PATIENCE = 120_000;

/**
 * Resolves when all instances run and their interfaces are attached.
 * @throws WorldError `instance-failed` where one ends instead, or in time does not come up; what the signal says where it aborts
 */
export async function waitForInstances(
  { state }: Cloud,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const limit = AbortSignal.timeout(PATIENCE);
  const changed = new EventTarget();
  const unwatch = state.watch(() => changed.dispatchEvent(new Event('change')));
  const stops = AbortSignal.any([limit, ...(signal ? [signal] : [])]);
  try {
    while (ids.some((id) => !isThere(state.now(), id))) {
      signal?.throwIfAborted();
      if (limit.aborted) throw failed(state.now(), ids);
      await once(changed, 'change', { signal: stops }).catch(() => {});
    }
  } finally {
    unwatch();
  }
}

type State = ReturnType<Cloud['state']['now']>;

function isThere({ instances, interfaces }: State, id: string): boolean {
  const instance = instances.get(id);
  if (instance?.state === 'terminated' || instance?.state === 'shutting-down') {
    const reason = instance.stateReason?.message ?? 'it was terminated';
    throw new WorldError('instance-failed', `the instance ${nameOf(instance)} does not run: ${reason}`);
  }
  const attachments = [...interfaces.values()].flatMap(({ attachment }) =>
    attachment?.instanceId === id ? [attachment] : [],
  );
  return instance?.state === 'running' && attachments.every(({ status }) => status === 'attached');
}

function failed({ instances }: State, ids: readonly string[]): WorldError {
  const late = ids.flatMap((id) => {
    const instance = instances.get(id);
    return instance && instance.state !== 'running' ? [nameOf(instance)] : [];
  });
  const what = late.length > 0 ? late.slice(0, 3).join(', ') : 'interfaces of instances';
  return new WorldError('instance-failed', `${what}: not up after ${PATIENCE / 1000} s`);
}

function nameOf({ id, tags }: { id: string; tags: Readonly<Record<string, string>> }): string {
  return tags.Name ?? id;
}
