/**
 * The only file that knows koffi: the libc calls that the mmsg implementation, sockets in other namespaces and Unix datagrams make, and a descriptor on
 * Node's own event loop. `koffi.node.poll` is undocumented, so the version is pinned and its use ends here.
 */
import koffi from 'koffi';

export type Libc = {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  connect(fd: number, address: Uint8Array, length: number): number;
  send(fd: number, data: Uint8Array, length: number, flags: number): number;
  getsockname(fd: number, address: Uint8Array, length: Int32Array): number;
  setsockopt(fd: number, level: number, name: number, value: Int32Array, length: number): number;
  close(fd: number): number;
  /** Moves the calling thread, and only it, into the namespace that `fd` stands for (setns(2)). */
  setns(fd: number, kind: number): number;
  /** `messages` is the address of an array of struct mmsghdr. */
  recvmmsg(fd: number, messages: number, count: number, flags: number, timeout: number): number;
  sendmmsg(fd: number, messages: number, count: number, flags: number): number;
  /** Of the latest call that returned -1. */
  errno(): number;
};

export const AF_UNIX = 1;
export const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
export const SOCK_STREAM_NONBLOCK_CLOEXEC = 1 | 0o4000 | 0o2000000;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_RCVBUF = 8;
export const SO_SNDBUF = 7;
export const SO_REUSEPORT = 15;
export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = 26;
export const MSG_DONTWAIT = 0x40;
export const CLONE_NEWNET = 0x40000000;

/** @throws where this system has no such libc */
export function loadLibc(): Libc {
  const lib = koffi.load('libc.so.6');
  return {
    socket: lib.func('int socket(int, int, int)'),
    bind: lib.func('int bind(int, void *, unsigned int)'),
    connect: lib.func('int connect(int, void *, unsigned int)'),
    send: lib.func('long send(int, void *, size_t, int)'),
    getsockname: lib.func('int getsockname(int, void *, void *)'),
    setsockopt: lib.func('int setsockopt(int, int, int, void *, unsigned int)'),
    close: lib.func('int close(int)'),
    setns: lib.func('int setns(int, int)'),
    // Addresses as size_t: a number is passed faster than a pointer, and these two are the hot calls.
    recvmmsg: lib.func('int recvmmsg(int, size_t, unsigned int, int, size_t)'),
    sendmmsg: lib.func('int sendmmsg(int, size_t, unsigned int, int)'),
    errno: () => koffi.errno(),
  };
}

/** Address of the view's first byte. The caller keeps the view alive for as long as the address is used. */
export function addressOf(view: Uint8Array): number {
  return Number(koffi.address(view));
}

/**
 * Asks Linux to back this memory, not used yet, with pages of 2 MiB (madvise(2), MADV_HUGEPAGE): what is looked up all over it then misses
 * the processor's address cache less. Where that cannot be had all stays as it is.
 */
export function preferHugePages(memory: SharedArrayBuffer): void {
  if (process.platform !== 'linux') return;
  try {
    const madvise = koffi.load('libc.so.6').func('int madvise(size_t, size_t, int)');
    const address = addressOf(new Uint8Array(memory));
    const start = Math.ceil(address / PAGE) * PAGE;
    const length = Math.floor((address + memory.byteLength - start) / PAGE) * PAGE;
    if (length > 0) madvise(start, length, MADV_HUGEPAGE);
  } catch {
    // No libc of that name, or no koffi for this system: the pages stay small.
  }
}

/** No smaller page divides it on any architecture that Linux has huge pages on. */
const PAGE = 65_536;
const MADV_HUGEPAGE = 14;

const errnoNames = new Map(Object.entries(koffi.os.errno).map(([name, value]) => [value as number, name]));

/** ECONNREFUSED and the like. */
export function errnoName(value: number): string {
  return errnoNames.get(value) ?? `errno ${value}`;
}

export type Poll = { close(): void };

/** Handles that are being polled; one that is collected as garbage would close. */
const polled = new Set<Poll>();

/** Calls back whenever `fd` is readable or has an error to report, on this thread's event loop. */
export function pollReadable(fd: number, onReadable: () => void): Poll {
  let closed = false;
  // koffi's typings leave out the first argument: libuv's status.
  const onEvent = ((status: number) => {
    try {
      onReadable();
    } catch (error) {
      // The native caller cannot carry an exception: hand it to the event loop, where it ends the worker as any other would.
      setImmediate(() => {
        throw error;
      });
    }
    // libuv stops polling a descriptor with a pending socket error. Reading has consumed the error: go on.
    if (status < 0 && !closed) handle.start({ readable: true }, onEvent);
  }) as unknown as () => void;
  const handle = koffi.node.poll(fd, { readable: true }, onEvent);
  const poll = {
    close() {
      closed = true;
      handle.stop();
      handle.close();
      polled.delete(poll);
    },
  };
  polled.add(poll);
  return poll;
}
