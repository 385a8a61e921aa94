/**
 * The closed set of findings. A code never changes its meaning; each has a page under docs/findings/.
 *
 * Severity: an error makes a name unresolvable or wrong for someone now; a warning would after one failure, or is a risk; the rest
 * is a notice. Here stands the highest that findings of a code have: where less is at stake, a finding says less.
 */
export type Severity = 'error' | 'warning' | 'notice';

export type FindingRule = {
  readonly severity: Severity;
  /** One line, for lists. */
  readonly title: string;
  /** What to do, in one sentence. */
  readonly help: string;
};

export const FINDING_RULES = {
  loop: {
    severity: 'error',
    title: 'A query goes round in a circle',
    help: 'Let one of the servers in the circle ask whoever is authoritative for the zone.',
  },
  'no-route': {
    severity: 'error',
    title: 'A server that is asked cannot be reached',
    help: 'Add a link, let DNS over UDP through it, or name a server that can be reached.',
  },
  'no-resolver': {
    severity: 'error',
    title: 'A network has nobody to ask',
    help: 'Give the network resolvers: a forwarder tier, where there is one.',
  },
  'not-transitive': {
    severity: 'error',
    title: 'A path is assumed through a peering, which is not transitive',
    help: 'Add a link between the two networks themselves, join them by a transit gateway, or ask a forwarder tier that stands between them.',
  },
  'resolver-outside-vpc': {
    severity: 'error',
    title: 'A VPC resolver is asked from outside its VPC',
    help: 'Ask a forwarder tier inside that VPC: it may ask the VPC resolver.',
  },
  undecided: {
    severity: 'warning',
    title: 'Whether names resolve depends on what the topology does not say',
    help: 'State what it depends on: a link of the two networks, or who answers at an address.',
  },
  'zone-not-associated': {
    severity: 'error',
    title: 'The VPC of a tier lacks a zone that the tier asks its resolver for',
    help: 'Associate the zone with the VPC of the tier, or give the tier a forwarding rule for it.',
  },
  'vpc-dns-off': {
    severity: 'error',
    title: 'A VPC attribute that private zones need is off',
    help: 'Set dnsSupport and dnsHostnames to true.',
  },
  'authority-unreachable': {
    severity: 'error',
    title: 'No server of an authority can be reached from a tier',
    help: 'Link the network of the tier with that of the authority, or forward the zone to a tier that reaches it.',
  },
  'cross-account-association': {
    severity: 'notice',
    title: 'An association between accounts needs an authorisation',
    help: 'Let the zone’s account authorise the association before the VPC’s account makes it.',
  },
  'zone-shadowed': {
    severity: 'error',
    title: 'A more specific zone hides records of a wider one',
    help: 'Move the records into the more specific zone, or remove them.',
  },
  'nxdomain-capture': {
    severity: 'error',
    title: 'A zone swallows names that exist elsewhere',
    help: 'Add the names to the zone that answers, or give them a zone or a forwarding rule of their own.',
  },
  'public-leak': {
    severity: 'error',
    title: 'Private names can leave to public DNS',
    help: 'Forward the names to whoever is authoritative for them, and refuse the rest of the private names.',
  },
  'split-answers': {
    severity: 'warning',
    title: 'Two networks get different answers for one name',
    help: 'Keep one zone, or the same records in both; where networks are to differ, give them views or allow it with the reason.',
  },
  'dhcp-mixed-resolvers': {
    severity: 'error',
    title: 'A network is given a VPC resolver beside a tier or an authority',
    help: 'Name the tier alone: its own rules ask the VPC resolver. An authority forwards to the tier.',
  },
  'dhcp-bypass': {
    severity: 'error',
    title: 'A network that should use a tier does not',
    help: 'Let the network ask a forwarder tier, or let its authority forward to one.',
  },
  'single-availability-zone': {
    severity: 'warning',
    title: 'One availability zone takes names away',
    help: 'Spread the members over availability zones.',
  },
  'single-member': {
    severity: 'warning',
    title: 'One member takes names away',
    help: 'Add members, and name all of them as resolvers.',
  },
  'single-upstream': {
    severity: 'warning',
    title: 'One upstream takes names away',
    help: 'Add a second server.',
  },
  'single-link': {
    severity: 'warning',
    title: 'One link takes names away',
    help: 'Add a second link that shares nothing with the first.',
  },
  'reverse-missing': {
    severity: 'notice',
    title: 'Addresses have no reverse zone',
    help: 'Add a zone named by the CIDR.',
  },
  'reverse-mismatch': {
    severity: 'warning',
    title: 'PTR and address records disagree',
    help: 'Correct the PTR record, or the address record of the name.',
  },
  'autodefined-reverse': {
    severity: 'warning',
    title: 'A VPC resolver may answer reverse names in the place of a wider zone',
    help: 'Name zones by the CIDRs themselves, or turn the autodefined reverse rules of the VPC off and state autodefinedReverse: false.',
  },
  'dangling-cname': {
    severity: 'error',
    title: 'An alias leads to a name that does not exist',
    help: 'Correct the target, add the name that it means, or remove the alias.',
  },
  'cname-across-zones-unresolvable': {
    severity: 'error',
    title: 'An alias leads into a zone that cannot be resolved from here',
    help: 'Make the zone of the target resolvable from where the alias is.',
  },
  'apex-cname': {
    severity: 'error',
    title: 'An alias stands at the apex of a zone',
    help: 'Write addresses at the apex, or move the alias below it.',
  },
  'address-reserved': {
    severity: 'error',
    title: 'An address is one that AWS keeps for itself',
    help: 'Take an address from the fifth of a subnet on, and not its last.',
  },
  'address-outside-subnet': {
    severity: 'error',
    title: 'An address is in no subnet of its VPC',
    help: 'Add the subnet to the VPC, or correct the address.',
  },
  'address-taken': {
    severity: 'error',
    title: 'Two servers have one address',
    help: 'Give each server an address of its own.',
  },
  'cidr-overlap': {
    severity: 'error',
    title: 'Two networks share addresses',
    help: 'Give one of the networks other addresses.',
  },
  quota: {
    severity: 'error',
    title: 'A limit of AWS is exceeded',
    help: 'Ask AWS to raise the quota where it does, or spread what is too many.',
  },
  'vpc-resolver-limit': {
    severity: 'error',
    title: 'A VPC resolver gets more packets than it takes',
    help: 'Add members, raise the share that the cache answers, or give some networks a tier of their own.',
  },
  'tier-overloaded': {
    severity: 'error',
    title: 'A tier gets more queries than it answers',
    help: 'Add members, in availability zones of their own.',
  },
  'edns-path': {
    severity: 'warning',
    title: 'A link is too narrow for large answers',
    help: 'Raise the MTU, let TCP to port 53 through, or make servers send less by UDP.',
  },
  'ttl-zero': {
    severity: 'notice',
    title: 'Records that are never cached',
    help: 'Give the records the longest time for which an old answer is harmless.',
  },
  'forwarder-bypassed-upstream': {
    severity: 'warning',
    title: 'Some members of a tier are never asked',
    help: 'Forward to the tier, that is to all of its members.',
  },
  'unused-allow': {
    severity: 'notice',
    title: 'Something is allowed that is not found',
    help: 'Remove the entry under allow, or correct its subject.',
  },
} as const satisfies Record<string, FindingRule>;

export type FindingCode = keyof typeof FINDING_RULES;

export const FINDING_CODES = Object.keys(FINDING_RULES) as [FindingCode, ...FindingCode[]];
