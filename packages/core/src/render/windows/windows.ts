import type { ForwarderConfig } from '../../config/index.ts';
import { isAtOrBelow, type Name, ROOT } from '../../dns/name.ts';
import type { PlannedAuthority } from '../../plan/index.ts';
import { showName } from '../../schema/path.ts';
import { commentText, header } from '../comments.ts';
import type { Origins } from '../origins.ts';
import type { Rendered, Renderer, RenderProblem } from '../render.ts';
import {
  allRules,
  allUpstreams,
  DNS_PORT,
  readServer,
  type Scope,
  type Server,
  scopesOf,
} from '../scopes.ts';
import {
  budgetWarnings,
  failed,
  nameProblems,
  policyWarnings,
  portProblems,
  viewProblems,
} from '../shortfalls.ts';
import {
  CLIENTS_FUNCTION,
  FORWARDER_FUNCTION,
  NAMES_FUNCTION,
  POLICY_FUNCTIONS,
  PREAMBLE,
} from './functions.ts';
import { powershellList, powershellString } from './quoting.ts';

/**
 * Windows DNS Server, by a PowerShell script that changes only what is not yet so.
 * https://learn.microsoft.com/powershell/module/dnsserver/
 */
export const windows: Renderer = { member: renderMember, authority: renderAuthority };

const NAME = 'Windows DNS';

function renderMember(config: ForwarderConfig, origins: Origins): Rendered {
  const scopes = scopesOf(config);
  const [scope] = scopes as [Scope];
  const listen = config.listen.map(readServer);
  const problems = [
    ...viewProblems(NAME, config),
    ...nameProblems(
      NAME,
      scope.rules.map(({ suffix }) => suffix),
    ),
    ...portProblems(NAME, allUpstreams(scopes)),
    ...listenPortProblems(listen),
  ];
  if (problems.length > 0) return failed(problems);
  const warnings = [
    ...policyWarnings(NAME, scopes, ['ordered'], 'asks them in their order'),
    ...budgetWarnings(NAME, config),
  ];
  const seconds = timeoutOf(config.deadline, allRules(scope));
  const advice = [
    'For Windows Server 2016 or later. Run it as an administrator, as often as you like; -WhatIf shows what it would change.',
  ];
  const text = [
    ...header('#', origins, advice, warnings),
    ...PREAMBLE,
    ...FORWARDER_FUNCTION,
    ...POLICY_FUNCTIONS,
    ...CLIENTS_FUNCTION,
    ...(scope.otherwise ? [] : NAMES_FUNCTION),
    '',
    ...listenLines(listen),
    `Set-PointsmanClients ${powershellList(config.clients.filter((cidr) => !cidr.includes(':')))} ${powershellList(config.clients.filter((cidr) => cidr.includes(':')))}`,
    '',
    ...scope.rules.flatMap(({ suffix, upstreams }) =>
      forwarderLines(suffix, upstreams, seconds, origins.rule(suffix)),
    ),
    ...otherwiseLines(scope, seconds),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings };
}

function listenLines(listen: readonly Server[]): string[] {
  return [
    '# Where it answers.',
    '$setting = Get-DnsServerSetting -All',
    `$listen = ${powershellList(listen.map(({ address }) => address))}`,
    "if (($setting.ListeningIPAddress -join ' ') -ne ($listen -join ' ')) {",
    '    $setting.ListeningIPAddress = $listen',
    '    Set-DnsServerSetting -InputObject $setting @common',
    '    Restart-Service -Name DNS @common',
    '}',
  ];
}

function otherwiseLines({ otherwise, rules }: Scope, seconds: number): string[] {
  if (!otherwise) {
    return [
      '# Names that no rule covers are refused, and nobody is asked for them.',
      `Set-PointsmanNames ${powershellList(rules.map(({ suffix }) => showName(suffix)))}`,
    ];
  }
  return [
    '# Names that no rule covers. Root hints are off: it only forwards.',
    `$servers = ${powershellList(otherwise.upstreams.map(({ address }) => address))}`,
    '$forwarder = Get-DnsServerForwarder',
    `if ((@($forwarder.IPAddress.IPAddressToString) -join ' ') -ne ($servers -join ' ') -or $forwarder.UseRootHint -or $forwarder.EnableReordering -or $forwarder.Timeout -ne ${seconds}) {`,
    `    Set-DnsServerForwarder -IPAddress $servers -UseRootHint $false -EnableReordering $false -Timeout ${seconds} @common`,
    '}',
  ];
}

function renderAuthority(authority: PlannedAuthority, origins: Origins): Rendered {
  const rules = authority.forwards.map(({ suffix, upstreams }) => ({
    suffix,
    upstreams: upstreams.map(readServer),
  }));
  const problems = [
    ...nameProblems(
      NAME,
      rules.map(({ suffix }) => suffix),
    ),
    ...rules.filter(({ suffix }) => suffix === ROOT).map(rootProblem),
    ...portProblems(
      NAME,
      rules.flatMap(({ upstreams }) => upstreams),
    ),
  ];
  if (problems.length > 0) return failed(problems);
  const warnings = delegationWarnings(authority);
  const advice = [
    'For Windows Server 2012 R2 or later. Run it as an administrator on each DNS server, as often as you like; -WhatIf shows what it',
    'would change. A zone of the same name that is no conditional forwarder is left as it is, and ends the script. Recursion has to be',
    "on for the site's networks (Get-DnsServerRecursionScope), or clients are refused what is forwarded: who forwards has to recurse.",
  ];
  const text = [
    ...header('#', origins, advice, warnings),
    ...PREAMBLE,
    ...FORWARDER_FUNCTION,
    '',
    ...rules.flatMap(({ suffix, upstreams }) =>
      forwarderLines(suffix, upstreams, AUTHORITY_TIMEOUT, origins.rule(suffix)),
    ),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings };
}

/** Whoever holds a zone answers out of it, unless it delegates the name. */
function delegationWarnings({ zones, forwards }: PlannedAuthority): string[] {
  return forwards.flatMap(({ suffix }) => {
    const holder = zones.find((zone) => isAtOrBelow(suffix, zone));
    if (holder === undefined) return [];
    return [
      `${NAME} forwards ${showName(suffix)} only where ${showName(holder)}, which it holds, delegates that name: add an NS record there.`,
    ];
  });
}

/** Seconds for each server before the next is asked: a member answers, or says why not, within two. */
const AUTHORITY_TIMEOUT = 3;

function forwarderLines(
  suffix: Name,
  upstreams: readonly Server[],
  seconds: number,
  origin: string | undefined,
): string[] {
  const servers = powershellList(upstreams.map(({ address }) => address));
  return [
    ...(origin === undefined ? [] : [`# ${commentText(origin)}`]),
    `Set-PointsmanForwarder ${powershellString(showName(suffix))} ${servers} ${seconds}`,
  ];
}

/** The deadline, shared among the upstreams of the longest list; the shortest time-out is a second. */
function timeoutOf(deadline: number, rules: readonly { upstreams: readonly Server[] }[]): number {
  const most = Math.max(1, ...rules.map(({ upstreams }) => upstreams.length));
  return Math.max(1, Math.floor(deadline / 1000 / most));
}

function listenPortProblems(listen: readonly Server[]): RenderProblem[] {
  return listen
    .filter(({ port }) => port !== DNS_PORT)
    .map(({ address, port }) => ({
      code: 'endpoint',
      message: `${NAME} answers on port 53 only, and this forwarder is to answer at ${address} on port ${port}`,
      remedy: 'listen on port 53',
    }));
}

function rootProblem(): RenderProblem {
  return {
    code: 'no-such-form',
    message: `${NAME} has no conditional forwarder for the root: that is its one list of forwarders`,
    remedy: 'set its forwarders by hand, or name the domains',
  };
}
