import { bindUdp, type SocketPlace } from '@pointsman/forwarder/namespace';
import { ListenError, type Listener, type Responder, respond, SERVER_LIMITS } from './dns-handler.ts';

/**
 * UDP inside another network namespace, by a plain socket of Node's: slower than what `listenUdp` has, and without its memory, as a lab has hundreds of
 * these.
 * @throws ListenError
 */
export async function listenUdpInside(place: SocketPlace, { handle }: Responder): Promise<Listener> {
  const socket = await bindUdp(place).catch((error) => {
    throw new ListenError(place, 'udp', error);
  });
  let inFlight = 0;
  let stopped = false;
  // What the network says of one response (a port that is closed by now) concerns no other.
  socket.on('error', () => {});
  socket.on('message', async (query, { address, port }) => {
    // Nothing can be sent to port 0: Node throws at it.
    if (port === 0 || inFlight >= SERVER_LIMITS.udpInFlight) return;
    inFlight++;
    const response = await respond(handle, query, { address, port, transport: 'udp' });
    inFlight--;
    if (response !== undefined && !stopped) socket.send(response, port, address, () => {});
  });
  return {
    port: socket.address().port,
    stop: () =>
      new Promise((resolve) => {
        stopped = true;
        socket.close(() => resolve());
      }),
  };
}
