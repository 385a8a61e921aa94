import type { Plan } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import type { NamespaceWorld } from '@pointsman/lab';
import { ENTER, SUDO } from '../own-lab.ts';
import { columns, shellWord, style } from '../terminal.ts';
import { exampleQueries } from './example-queries.ts';
import { clientTable } from './welcome.ts';

/** What `up` says when all of a lab in network namespaces runs: who is there, and how to be there, to change it and to break it. */
export function welcomeToNamespaces(
  topology: Topology,
  plan: Plan,
  world: NamespaceWorld,
  file: string,
): string {
  const { endpoint, accessKeyId, secretAccessKey, region } = world.aws;
  const path = shellWord(file);
  const [first] = world.plan.forwarders;
  return [
    `${style('green', '●')} ${style('bold', topology.name)} is up in network namespaces`,
    '',
    ...clientTable(topology, world).map(indent),
    '',
    ...agentLines(world, path),
    `${style('bold', 'Try')} on a client host, which has learned whom to ask by DHCP`,
    ...execLines(topology, plan, path).map(indent),
    '',
    `${style('bold', 'Change')} it by the cloud’s API: Route 53, EC2 and the others at one endpoint${ENTER === undefined ? '' : ', inside the lab’s own network'}`,
    indent(
      `export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey} AWS_DEFAULT_REGION=${region}`,
    ),
    indent(
      `${ENTER === undefined ? '' : `${ENTER} `}aws --endpoint-url ${endpoint} ec2 describe-network-interfaces`,
    ),
    ...(first
      ? ['', `${style('bold', 'Break')} it`, indent(`${SUDO}pointsman drill ${path} kill ${first.name}`)]
      : []),
    '',
    'Ctrl-C ends it all.',
    '',
  ].join('\n');
}

/** Who serves the members where agents do, and how to look at one. */
function agentLines({ members }: NamespaceWorld, file: string): string[] {
  const served = members.filter((each) => 'instanceId' in each);
  const [first] = served;
  if (!first) return [];
  const rows = served.map(({ forwarder, instanceId }) => [
    forwarder.name,
    forwarder.address,
    instanceId() ?? 'no machine',
  ]);
  return [
    `${style('bold', 'Agents')} on instances of Auto Scaling groups have the addresses of members now`,
    ...columns(rows).map(indent),
    indent(`${SUDO}pointsman status ${file}`),
    indent(`${SUDO}pointsman exec ${file} --on ${first.forwarder.name} -- pointsman agent status`),
    indent(`${SUDO}pointsman exec ${file} --on ${first.forwarder.name} -- tail -f /var/log/console.log`),
    '',
  ];
}

function execLines(topology: Topology, plan: Plan, file: string): string[] {
  return exampleQueries(topology, plan, 'namespaces').flatMap(({ network, name, type, why }) => {
    const question = type === 'PTR' ? `-x ${name}` : type === 'A' ? name : `${name} ${type}`;
    const line = `${SUDO}pointsman exec ${file} --from ${network} -- dig +short ${question}`;
    return [style('dim', `# ${why}`), line];
  });
}

function indent(line: string): string {
  return `  ${line}`;
}
