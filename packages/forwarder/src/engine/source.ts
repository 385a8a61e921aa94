/**
 * The address that queries to an upstream leave from: the first one we listen on of the same family. Firewalls and VPC resolvers know a
 * forwarder by that address. Undefined where it cannot be (listening on all addresses, or the loopback boundary lies between): then the
 * kernel chooses.
 */
export function sourceFor(upstream: string, listening: string[]): string | undefined {
  const sameFamily = listening.filter((address) => address.includes(':') === upstream.includes(':'));
  return sameFamily.find(
    (address) => address !== '0.0.0.0' && address !== '::' && isLoopback(address) === isLoopback(upstream),
  );
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
