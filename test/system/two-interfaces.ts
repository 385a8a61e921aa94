import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import type { ServiceInterface } from '@pointsman/core/config';
import { bindUdp } from '@pointsman/forwarder/namespace';
import { type RunCommand, runCommand } from '@pointsman/host';

/**
 * The tests' own VPC, in two network namespaces: a router with a subnet's bridge and a client far away (on its loopback interface), and a
 * machine with two interfaces in that subnet. The router drops what comes from an interface with an address that is not its own, as EC2's
 * source check does: wrong routing gets no answer out. Needs root, and the packages iproute2, nftables and procps.
 */
export type TwoInterfaces = {
  router: string;
  machine: string;
  /** Runs a command in the machine. */
  run: RunCommand;
  /** Runs a command in the machine, its words between blanks. @throws where it fails */
  meddle: (line: string) => Promise<void>;
  desired: ServiceInterface;
  remove: () => Promise<void>;
};

export const PRIMARY_ADDRESS = '10.10.1.10';
export const FIXED_ADDRESSES = ['10.10.1.53', 'fd00:10:10:1::53'] as const;
const FAR_CLIENTS = ['10.99.0.1', 'fd00:99::1'] as const;
export const PRIMARY_MAC = '02:00:00:00:00:10';
const SECOND_MAC = '02:00:00:00:00:53';

export async function makeTwoInterfaces(): Promise<TwoInterfaces> {
  const id = randomBytes(5).toString('hex');
  const router = `pointsman-r-${id}`;
  const machine = `pointsman-m-${id}`;
  const remove = async () => {
    for (const name of [router, machine]) await runCommand(['ip', 'netns', 'del', name]);
  };
  try {
    for (const line of setUp(router, machine)) await mustRun(line.split(' '));
    await mustRun(['ip', 'netns', 'exec', router, 'nft', SOURCE_CHECK]);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    ...{ router, machine, remove },
    run: (argv) => runCommand(['ip', 'netns', 'exec', machine, ...argv]),
    meddle: (line) => mustRun(['ip', 'netns', 'exec', machine, ...line.split(' ')]),
    desired: {
      mac: SECOND_MAC,
      addresses: [
        { address: FIXED_ADDRESSES[0], prefixLength: 24, gateway: '10.10.1.1' },
        { address: FIXED_ADDRESSES[1], prefixLength: 64, gateway: 'fd00:10:10:1::1' },
      ],
      ...{ table: 530, priority: 530 },
    },
  };
}

/** Echoes datagrams at an address of the machine, which it has to have already. */
export async function startEcho(machine: string, address: string): Promise<Socket> {
  const socket = await bindUdp({ namespace: machine, address, port: 0 });
  socket.on('message', (bytes, from) => socket.send(bytes, from.port, from.address));
  return socket;
}

/** A socket of the far client, of the family of an address. */
export function farClient(router: string, address: string): Promise<Socket> {
  const source = address.includes(':') ? FAR_CLIENTS[1] : FAR_CLIENTS[0];
  return bindUdp({ namespace: router, address: source, port: 0 });
}

/** Milliseconds. */
const PATIENCE = 300;

/** Whether a datagram of the far client comes back from the echo. */
export async function isAnswered(router: string, echo: Socket): Promise<boolean> {
  const { address, port } = echo.address();
  const client = await farClient(router, address);
  const answered = once(client, 'message', { signal: AbortSignal.timeout(PATIENCE) });
  client.send('are you there?', port, address);
  const isThere = await answered.then(
    () => true,
    () => false,
  );
  client.close();
  return isThere;
}

const SOURCE_CHECK = `table bridge check {
  chain prerouting {
    type filter hook prerouting priority -300; policy accept;
    iifname "port0" ip saddr != ${PRIMARY_ADDRESS} drop
    iifname "port1" ip saddr != ${FIXED_ADDRESSES[0]} drop
    iifname "port0" ip6 saddr != fe80::/10 drop
    iifname "port1" ip6 saddr != { ${FIXED_ADDRESSES[1]}, fe80::/10, :: } drop
  }
}`;

function setUp(router: string, machine: string): string[] {
  const port = (index: number, mac: string) => [
    `ip -n ${machine} link add name eth${index} address ${mac} type veth peer name port${index} netns ${router}`,
    `ip -n ${router} link set dev port${index} master subnet up`,
  ];
  return [
    ...[router, machine].flatMap((name) => [`ip netns add ${name}`, `ip -n ${name} link set dev lo up`]),
    `ip -n ${router} link add name subnet type bridge`,
    `ip -n ${router} address add 10.10.1.1/24 dev subnet`,
    `ip -n ${router} address add fd00:10:10:1::1/64 dev subnet nodad`,
    `ip -n ${router} link set dev subnet up`,
    `ip -n ${router} address add ${FAR_CLIENTS[0]}/32 dev lo`,
    `ip -n ${router} address add ${FAR_CLIENTS[1]}/128 dev lo nodad`,
    ...port(0, PRIMARY_MAC),
    ...port(1, SECOND_MAC),
    `ip -n ${machine} link set dev eth0 up`,
    `ip -n ${machine} address add ${PRIMARY_ADDRESS}/24 dev eth0`,
    `ip -n ${machine} route add default via 10.10.1.1 dev eth0 proto dhcp`,
  ];
}

async function mustRun(argv: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand(argv);
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
}
