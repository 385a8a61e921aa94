import type { Socket } from 'node:dgram';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

/** Asks an echo fifty times a second, and counts what never comes back. */
export type Pinger = {
  /** Stops asking, waits for what is on its way, and says how many were lost. */
  lost: () => Promise<number>;
};

/** Milliseconds. */
const INTERVAL = 20;
const PATIENCE = 10_000;

/** `client`: where it asks from; closed with the test. */
export function startPinger(t: TestContext, client: Socket, echo: Socket): Pinger {
  const { address, port } = echo.address();
  const missing = new Set<string>();
  let number = 0;
  client.on('message', (bytes) => missing.delete(String(bytes)));
  const timer = setInterval(() => {
    const text = String(number++);
    missing.add(text);
    client.send(text, port, address);
  }, INTERVAL);
  const stop = () => clearInterval(timer);
  t.after(() => {
    stop();
    client.close();
  });
  return {
    lost: async () => {
      stop();
      const end = performance.now() + PATIENCE;
      while (missing.size > 0 && performance.now() < end) await delay(INTERVAL);
      return missing.size;
    },
  };
}
