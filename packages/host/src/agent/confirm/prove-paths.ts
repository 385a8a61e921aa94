import { isDeepStrictEqual } from 'node:util';
import { type ServiceAddress, type ServiceInterface, subnetOf } from '@pointsman/core/config';
import { MAIN_TABLE, observeInterface, type RunCommand } from '../interface/index.ts';
import { isNeighbourThere } from './neighbours.ts';

/** How the host is managed: the ways out by its default routes, and those to whoever is logged in by SSH. It is kept as JSON. */
export type ManagementPaths = {
  /** Those that answered. */
  gateways: { device: string; gateway: string }[];
  ways: (Target & { way?: Way })[];
};

type Target = { target: string; source?: string };

/** How the kernel would send a packet. */
type Way = { dev: string; gateway?: string; prefsrc?: string };

/** RFC 5737 and RFC 3849: addresses of nobody. A packet to them goes by the default route. */
const FAR = { '4': '192.0.2.1', '6': '2001:db8::1' } as const;

/** To be compared with what is so later. @throws InterfaceError */
export async function observeManagement(
  run: RunCommand,
  desired: ServiceInterface,
): Promise<ManagementPaths> {
  const { device, routes } = await observeInterface(run, desired);
  const byDefault = routes.filter(
    (route) => route.destination === 'default' && route.table === MAIN_TABLE && route.device !== device?.name,
  );
  const candidates = byDefault.flatMap(({ device, gateway }) =>
    device && gateway ? [{ device, gateway }] : [],
  );
  const answers = await Promise.all(
    candidates.map((each) => isNeighbourThere(run, each.device, each.gateway)),
  );
  const peers = await listPeers(run);
  const targets: Target[] = [...Object.values(FAR).map((target) => ({ target })), ...peers];
  return {
    gateways: candidates.filter((_, index) => answers[index]),
    ways: await Promise.all(
      targets.map(async (each) => {
        const way = await findWay(run, each);
        return { ...each, ...(way && { way }) };
      }),
    ),
  };
}

/** Undefined: the host can be managed as before. Otherwise what is wrong, in a sentence. */
export async function proveManagement(run: RunCommand, before: ManagementPaths): Promise<string | undefined> {
  for (const { way, ...each } of before.ways) {
    const { target, source } = each;
    const now = await findWay(run, each);
    if (!isDeepStrictEqual(now, way)) {
      return `packets to ${target}${source ? ` from ${source}` : ''} go ${formatWay(now)}, and went ${formatWay(way)}`;
    }
  }
  for (const { device, gateway } of before.gateways) {
    if (!(await isNeighbourThere(run, device, gateway)))
      return `the gateway ${gateway} does not answer any more by ${device}`;
  }
  return undefined;
}

/** Undefined: packets from and to each fixed address go by its interface. Otherwise what is wrong, in a sentence. */
export async function proveService(run: RunCommand, desired: ServiceInterface): Promise<string | undefined> {
  const { device } = await observeInterface(run, desired);
  if (!device) return `no interface has the MAC address ${desired.mac}`;
  for (const address of desired.addresses) {
    const wrong = await proveAddress(run, device.name, address);
    if (wrong !== undefined) return wrong;
  }
  const gateways = new Set(desired.addresses.map(({ gateway }) => gateway));
  for (const gateway of gateways) {
    if (!(await isNeighbourThere(run, device.name, gateway))) {
      return `the gateway ${gateway} does not answer by ${device.name}: is it the router of ${desired.addresses
        .filter((each) => each.gateway === gateway)
        .map(subnetOf)
        .join(' and ')}?`;
    }
  }
  return undefined;
}

async function proveAddress(
  run: RunCommand,
  device: string,
  { address, gateway }: ServiceAddress,
): Promise<string | undefined> {
  const far = address.includes(':') ? FAR['6'] : FAR['4'];
  const out = await findWay(run, { target: far, source: address });
  if (out?.dev !== device || out.gateway !== gateway) {
    return `packets from ${address} go ${formatWay(out)}, and should go by ${device} and ${gateway}`;
  }
  // The kernel says how it would take a packet that comes in, its reverse-path filter included.
  const incoming = await run(['ip', '-json', 'route', 'get', address, 'from', far, 'iif', device]);
  return incoming.code === 0
    ? undefined
    : `packets to ${address} that come by ${device} are dropped (${incoming.stderr.trim()})`;
}

async function findWay(run: RunCommand, { target, source }: Target): Promise<Way | undefined> {
  const from = source === undefined ? [] : ['from', source];
  const { code, stdout } = await run(['ip', '-json', 'route', 'get', target, ...from]);
  if (code !== 0) return undefined;
  const [{ dev, gateway, prefsrc }] = JSON.parse(stdout) as [Way];
  return { dev, ...(gateway && { gateway }), ...(prefsrc && { prefsrc }) };
}

/** Who is logged in by SSH: where their packets come from, and to which address of ours. */
async function listPeers(run: RunCommand): Promise<{ target: string; source: string }[]> {
  const { code, stdout } = await run(['ss', '-Htn', 'state', 'established', 'sport', '=', ':22']);
  if (code !== 0) return [];
  return stdout.split('\n').flatMap((line) => {
    const [source, target] = (line.match(/\S+:\d+/g) ?? []).map(withoutPort);
    const isElsewhere = source !== undefined && target !== undefined && !/^(127\.|::1$|fe80:)/.test(target);
    return isElsewhere ? [{ target, source }] : [];
  });
}

/** `[::ffff:10.0.0.1]:22`, `10.0.0.1:22`, `[fe80::1%eth0]:22` → the address. */
function withoutPort(text: string): string {
  return text
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=[0-9.]+$)/, '');
}

function formatWay(way: Way | undefined): string {
  if (way === undefined) return 'nowhere';
  return `by ${way.dev}${way.gateway ? ` and ${way.gateway}` : ''}${way.prefsrc ? ` from ${way.prefsrc}` : ''}`;
}
