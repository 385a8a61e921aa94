import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** Looks again and again at which machines of a lab have fixed addresses, as their kernels say. */
export type AddressWatch = {
  /** How often each address was seen on a machine. */
  seen: ReadonlyMap<string, number>;
  /** Each time that one was on two machines at once, in a sentence. */
  violations: readonly string[];
  stop: () => void;
};

/** Milliseconds between two looks: an attachment takes longer. */
const INTERVAL = 100;

export function watchAddresses(lab: string, addresses: readonly string[]): AddressWatch {
  const seen = new Map(addresses.map((address) => [address, 0]));
  const violations: string[] = [];
  const look = () => {
    const holders = holdersIn(lab, addresses);
    for (const [address, machines] of holders) {
      seen.set(address, seen.get(address)! + machines.length);
      // Machines are looked at one after the other: an address may have moved on meanwhile.
      const still = machines.length > 1 ? holdersIn(lab, [address]).get(address)! : [];
      if (still.length > 1) violations.push(`${address} is on ${still.join(' and ')}`);
    }
  };
  const timer = setInterval(look, INTERVAL);
  return { seen, violations, stop: () => clearInterval(timer) };
}

function holdersIn(lab: string, addresses: readonly string[]): Map<string, string[]> {
  const folder = `/run/pointsman/labs/${lab}/fabric/machines`;
  const machines = readdirSync(folder).map((id) => ({ id, local: localAddresses(lab, folder, id) }));
  return new Map(
    addresses.map((address) => [
      address,
      machines.filter(({ local }) => local.has(address)).map(({ id }) => id),
    ]),
  );
}

/** Of a machine that runs; IPv4. proc(5): fib_trie has the kernel's table of local addresses. */
function localAddresses(lab: string, folder: string, id: string): Set<string> {
  try {
    const init = readFileSync(`${folder}/${id}/init.pid`, 'utf8').trim();
    // The number of a machine that is gone may be somebody else's.
    const namespace = `net:[${statSync(`/run/netns/pm-${lab}.${id}`).ino}]`;
    if (readlinkSync(`/proc/${init}/ns/net`) !== namespace) return new Set();
    const table = readFileSync(`/proc/${init}/net/fib_trie`, 'utf8');
    return new Set([...table.matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)].map(([, address]) => address!));
  } catch {
    return new Set();
  }
}
