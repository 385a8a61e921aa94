import { createDgramStack } from './dgram.ts';
import { type Libc, loadLibc } from './libc.ts';
import { createMmsgStack } from './mmsg.ts';
import type { UdpKind, UdpStack } from './udp.ts';

/**
 * The UDP implementation for this machine: `mmsg` on 64-bit little-endian Linux, else `dgram`, whose `reason` says why; or the one asked for.
 * @throws where `mmsg` is asked for and this system cannot have it
 */
export function createUdpStack(wanted?: UdpKind): UdpStack {
  if (wanted === 'dgram') return createDgramStack('it was asked for');
  const { platform, arch } = process;
  if (platform !== 'linux' || !['x64', 'arm64', 'riscv64', 'loong64'].includes(arch)) {
    const reason = `mmsg needs 64-bit Linux; this is ${platform} ${arch}`;
    if (wanted === 'mmsg') throw new Error(reason);
    return createDgramStack(reason);
  }
  if (wanted === 'mmsg') return createMmsgStack(loadLibc());
  return bestOf(loadLibc);
}

/** `mmsg` where `load` gives it the libc: it has no other name on systems with musl, and there may be no prebuilt koffi. */
export function bestOf(load: () => Libc): UdpStack {
  try {
    return createMmsgStack(load());
  } catch (error) {
    return createDgramStack(`mmsg needs libc.so.6 and koffi: ${(error as Error).message}`);
  }
}
