import { randomBytes } from 'node:crypto';
import { applyEvent, type Catalogue, readsOf } from './catalogue.ts';
import { changeRecordSets } from './change-record-sets.ts';
import * as cidrCollections from './cidr-collection-writes.ts';
import * as delegationSets from './delegation-set-writes.ts';
import * as healthChecks from './health-check-writes.ts';
import type { Change } from './model.ts';
import { Refusal } from './refusal.ts';
import type { Mutation, Store, StoreEvent, StoreOptions, StoreReads, StoreWrites, Written } from './store.ts';
import { changeTags } from './tag-writes.ts';
import * as zones from './zone-writes.ts';

/** Where a store keeps what it acknowledges. */
export type Journal = {
  /** Returns when nothing can lose the event any more. Throws where it is not kept, and never will be. */
  append(event: StoreEvent): void | Promise<void>;
  close(): void | Promise<void>;
};

/** What a write decides to do, from the state before it. */
export type Decision<Value> = { account: string; mutations: readonly Mutation[]; value: Value };
export type Deciding = { reads: StoreReads; options: StoreOptions };

/** A store over what is in memory already and a journal. Writes are decided, kept, shown to reads and then to watchers, one after the other. */
export function createStore(catalogue: Catalogue, journal: Journal, options: StoreOptions): Store {
  const reads = readsOf(catalogue);
  const watchers = new Set<(event: StoreEvent) => void>();
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;

  async function perform<Value>(
    decide: (deciding: Deciding) => Decision<Value>,
    comment?: string,
  ): Promise<Written<Value>> {
    if (closed) throw new Refusal('ServiceUnavailable', 'The store is closed.');
    const { account, mutations, value } = decide({ reads, options });
    const revision = catalogue.revision + 1;
    const submittedAt = new Date(options.now()).toISOString();
    const change = newChange({ account, submittedAt, revision }, comment);
    const event: StoreEvent = { revision, mutations: [...mutations, { kind: 'change', change }] };
    await keep(journal, event);
    applyEvent(catalogue, event);
    for (const see of watchers) see(event);
    return { change, value };
  }

  function write<Value>(decide: (deciding: Deciding) => Decision<Value>, comment?: string) {
    const written = last.then(() => perform(decide, comment));
    last = written.catch(() => undefined);
    return written;
  }

  return {
    ...reads,
    ...writesWith(write),
    watch: (see) => {
      watchers.add(see);
      return () => watchers.delete(see);
    },
    close: async () => {
      await last;
      if (closed) return;
      closed = true;
      await journal.close();
    },
  };
}

function newChange(made: Omit<Change, 'id' | 'comment'>, comment: string | undefined): Change {
  return { id: newId('C'), ...made, ...(comment !== undefined && { comment }) };
}

type Write = <Value>(
  decide: (deciding: Deciding) => Decision<Value>,
  comment?: string,
) => Promise<Written<Value>>;

function writesWith(write: Write): StoreWrites {
  return {
    createZone: (zone) => write((deciding) => zones.createZone(deciding, zone)),
    setZoneComment: (id, comment) => write((deciding) => zones.setComment(deciding, id, comment)),
    deleteZone: (id) => write((deciding) => zones.deleteZone(deciding, id)),
    associateVpc: (id, vpc, account) =>
      write((deciding) => zones.associateVpc(deciding, id, { vpc, account })),
    disassociateVpc: (id, vpc) => write((deciding) => zones.disassociateVpc(deciding, id, vpc)),
    authorizeVpc: (id, vpc) => write((deciding) => zones.authorizeVpc(deciding, id, vpc)),
    deauthorizeVpc: (id, vpc) => write((deciding) => zones.deauthorizeVpc(deciding, id, vpc)),
    changeRecordSets: (id, changes, comment) =>
      write((deciding) => changeRecordSets(deciding, id, changes), comment),
    createHealthCheck: (check) => write((deciding) => healthChecks.createHealthCheck(deciding, check)),
    updateHealthCheck: (id, patch, version) =>
      write((deciding) => healthChecks.updateHealthCheck(deciding, id, patch, version)),
    deleteHealthCheck: (id) => write((deciding) => healthChecks.deleteHealthCheck(deciding, id)),
    changeTags: (resource, add, remove) => write((deciding) => changeTags(deciding, resource, add, remove)),
    createDelegationSet: (set) => write((deciding) => delegationSets.createDelegationSet(deciding, set)),
    deleteDelegationSet: (id) => write((deciding) => delegationSets.deleteDelegationSet(deciding, id)),
    createCidrCollection: (asked) =>
      write((deciding) => cidrCollections.createCidrCollection(deciding, asked)),
    changeCidrCollection: (id, changes, version) =>
      write((deciding) => cidrCollections.changeCidrCollection(deciding, id, changes, version)),
    deleteCidrCollection: (id) => write((deciding) => cidrCollections.deleteCidrCollection(deciding, id)),
  };
}

async function keep(journal: Journal, event: StoreEvent): Promise<void> {
  try {
    await journal.append(event);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Refusal('ServiceUnavailable', `The change was not stored: ${reason}`, { cause: error });
  }
}

const ID_CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The prefix and 20 capital letters and digits: no two alike. */
export function newId(prefix: string): string {
  return prefix + Array.from(randomBytes(20), (byte) => ID_CHARACTERS[byte % 36]).join('');
}
