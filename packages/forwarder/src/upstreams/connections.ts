/**
 * The TCP connections to upstreams: one for each that is asked over TCP now, known by a number while it lasts. Bounded: when
 * one more is needed, the one goes that waits for no answer and was used longest ago; where all wait, the query cannot be sent.
 */
import { connectTcp, type TcpClient } from '../tcp/client.ts';

/** Connections of a worker. */
export const MAX_CONNECTIONS = 256;

export type ConnectionEvents = {
  onMessage(connection: number, bytes: Uint8Array): void;
  onEnd(connection: number, code: string | undefined): void;
  /** How many answers are waited for on it. */
  outstanding(connection: number): number;
};

export type Connections = {
  /** Number of the connection to send to this upstream by, opened where there is none; undefined where there is no room. */
  pick(upstream: number): number | undefined;
  /** False where the connection does not keep up. */
  send(connection: number, query: Uint8Array, length: number): boolean;
  /** Closes the connection to an upstream, where there is one. */
  drop(upstream: number): void;
  close(): void;
};

type Connection = { upstream: number; client: TcpClient };

export function createConnections(
  targetOf: (upstream: number) => { local: string | undefined; address: string; port: number },
  events: ConnectionEvents,
): Connections {
  const connections: (Connection | undefined)[] = [];
  const free: number[] = [];
  /** By upstream, in the order of their last use. */
  const numbers = new Map<number, number>();

  function open(upstream: number): number {
    const number = free.pop() ?? connections.length;
    const client = connectTcp(targetOf(upstream), {
      onMessage: (bytes) => events.onMessage(number, bytes),
      onEnd(code) {
        // First what was sent on it: the number is another's from then on.
        numbers.delete(upstream);
        events.onEnd(number, code);
        release(number);
      },
      isBusy: () => events.outstanding(number) > 0,
    });
    connections[number] = { upstream, client };
    return number;
  }

  function release(number: number): void {
    connections[number] = undefined;
    free.push(number);
  }

  function closeOne(number: number): void {
    const { upstream, client } = connections[number]!;
    client.close();
    numbers.delete(upstream);
    release(number);
  }

  function makeRoom(): boolean {
    for (const number of numbers.values()) {
      if (events.outstanding(number) > 0) continue;
      closeOne(number);
      return true;
    }
    return false;
  }

  return {
    pick(upstream) {
      let number = numbers.get(upstream);
      if (number === undefined) {
        if (numbers.size >= MAX_CONNECTIONS && !makeRoom()) return undefined;
        number = open(upstream);
      } else numbers.delete(upstream);
      numbers.set(upstream, number);
      return number;
    },
    send: (number, query, length) => connections[number]!.client.send(query, length),
    drop(upstream) {
      const number = numbers.get(upstream);
      if (number !== undefined) closeOne(number);
    },
    close() {
      for (const number of [...numbers.values()]) closeOne(number);
    },
  };
}
