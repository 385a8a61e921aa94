import { AF_UNIX, errnoName, type Libc, loadLibc, SOCK_DGRAM_NONBLOCK_CLOEXEC } from '../udp/libc.ts';

/** Of struct sockaddr_un (unix(7)), bytes: the family, then the path. */
const FAMILY = 2;
const MOST_PATH = 107;

let loaded: Libc | undefined;

/**
 * Sends one datagram to a Unix socket, which Node cannot; `path` is that of the socket, or `@NAME` in the abstract namespace. It does not wait
 * for a reader that is slow. @throws Error with the system call's name of what is wrong, such as ECONNREFUSED
 */
export function sendUnixDatagram(path: string, text: string): void {
  const bytes = Buffer.from(path);
  if (bytes.length === 0 || bytes.length > MOST_PATH)
    throw new Error(`ENAMETOOLONG: ${path} is no path of a socket`);
  const address = Buffer.alloc(FAMILY + bytes.length + 1);
  address.writeUInt16LE(AF_UNIX);
  bytes.copy(address, FAMILY);
  const isAbstract = path.startsWith('@');
  if (isAbstract) address[FAMILY] = 0;
  loaded ??= loadLibc();
  const libc = loaded;
  const must = (result: number) => {
    if (result < 0) throw new Error(`${errnoName(libc.errno())}: cannot send to the socket ${path}`);
    return result;
  };
  const socket = must(libc.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0));
  try {
    // An abstract name has no zero at its end.
    must(libc.connect(socket, address, isAbstract ? address.length - 1 : address.length));
    const data = Buffer.from(text);
    must(libc.send(socket, data, data.length, MSG_NOSIGNAL));
  } finally {
    libc.close(socket);
  }
}

const MSG_NOSIGNAL = 0x4000;
