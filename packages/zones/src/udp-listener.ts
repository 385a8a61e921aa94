import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import {
  type Handle,
  ListenError,
  type Listener,
  type ListenOptions,
  respond,
  SERVER_LIMITS,
} from './dns-handler.ts';

/** @throws ListenError */
export async function listenUdp(options: ListenOptions, handle: Handle): Promise<Listener> {
  const type = options.address.includes(':') ? 'udp6' : 'udp4';
  const socket = createSocket({ type, ipv6Only: type === 'udp6' });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(new ListenError(options, 'udp', error));
    });
    socket.bind({ address: options.address, port: options.port, exclusive: true }, resolve);
  });
  socket.removeAllListeners('error');
  // What the network says of one response (a port that is closed by now) concerns no other.
  socket.on('error', () => {});
  let inFlight = 0;
  let stopped = false;
  socket.on('message', async (query, remote) => {
    // Nothing can be sent to port 0: Node throws at it.
    if (remote.port === 0 || inFlight >= SERVER_LIMITS.udpInFlight) return;
    inFlight++;
    const response = await respond(handle, query, clientOf(remote));
    inFlight--;
    if (response !== undefined && !stopped) send(socket, response, remote);
  });
  return {
    port: socket.address().port,
    stop: () =>
      new Promise((resolve) => {
        stopped = true;
        socket.close(resolve);
      }),
  };
}

function clientOf(remote: RemoteInfo) {
  return { address: remote.address, port: remote.port, transport: 'udp' as const };
}

function send(socket: Socket, response: Uint8Array, remote: RemoteInfo): void {
  socket.send(response, remote.port, remote.address, () => {});
}
