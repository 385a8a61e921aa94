import { createDgramStack } from './dgram.ts';
import { loadLibc } from './libc.ts';
import { createMmsgStack } from './mmsg.ts';
import type { UdpKind, UdpStack } from './udp.ts';

/**
 * The UDP implementation for this machine: `mmsg` on 64-bit little-endian Linux, else `dgram`; or the one asked for.
 * @throws where `mmsg` is asked for and this system cannot have it
 */
export function createUdpStack(wanted?: UdpKind): UdpStack {
  if (wanted === 'dgram') return createDgramStack();
  const supported =
    process.platform === 'linux' && ['x64', 'arm64', 'riscv64', 'loong64'].includes(process.arch);
  if (wanted === 'mmsg') {
    if (!supported)
      throw new Error(`UDP by mmsg needs 64-bit Linux; this is ${process.platform} ${process.arch}`);
    return createMmsgStack(loadLibc());
  }
  if (!supported) return createDgramStack();
  try {
    return createMmsgStack(loadLibc());
  } catch {
    // A libc that is not called libc.so.6 (musl), or no prebuilt koffi for it.
    return createDgramStack();
  }
}
