import { type ListenOptions, type Responder, SERVER_LIMITS } from './dns-handler.ts';
import { listenUdpInside } from './namespace-listener.ts';
import { listenTcp } from './tcp-listener.ts';
import { listenUdp } from './udp-listener.ts';

export type DnsServer = { address: string; port: number; stop(): Promise<void> };

/**
 * Answers DNS over UDP and TCP at one address and port: both or neither. Port 0 takes one that is free for both; the result says which.
 * @throws ListenError (EADDRINUSE, EACCES, EADDRNOTAVAIL, …)
 */
export async function startDnsServer(options: ListenOptions & Responder): Promise<DnsServer> {
  const { address, namespace } = options;
  for (let tries = 1; ; tries++) {
    const tcp = await listenTcp(options, options);
    const { port } = tcp;
    try {
      const udp = await (namespace === undefined
        ? listenUdp({ address, port }, options)
        : listenUdpInside({ address, port, namespace }, options));
      return {
        address,
        port,
        stop: async () => {
          await Promise.all([tcp.stop(), udp.stop()]);
        },
      };
    } catch (error) {
      await tcp.stop();
      if (options.port !== 0 || tries === SERVER_LIMITS.freePortTries) throw error;
    }
  }
}
