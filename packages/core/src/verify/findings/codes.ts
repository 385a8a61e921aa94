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
};

export const FINDING_RULES = {
  loop: { severity: 'error', title: 'A query goes round in a circle' },
  'no-route': { severity: 'error', title: 'A server that is asked cannot be reached' },
  'no-resolver': { severity: 'error', title: 'A network has nobody to ask' },
  'not-transitive': {
    severity: 'error',
    title: 'A path is assumed through a peering, which is not transitive',
  },
  'resolver-outside-vpc': { severity: 'error', title: 'A VPC resolver is asked from outside its VPC' },
  'zone-not-associated': {
    severity: 'error',
    title: 'The VPC of a tier lacks a zone that the tier asks its resolver for',
  },
  'vpc-dns-off': { severity: 'error', title: 'A VPC attribute that private zones need is off' },
  'authority-unreachable': {
    severity: 'error',
    title: 'No server of an authority can be reached from a tier',
  },
  'cross-account-association': {
    severity: 'notice',
    title: 'An association between accounts needs an authorisation',
  },
  'zone-shadowed': { severity: 'error', title: 'A more specific zone hides records of a wider one' },
  'nxdomain-capture': { severity: 'error', title: 'A zone swallows names that exist elsewhere' },
  'public-leak': { severity: 'warning', title: 'Private names can leave to public DNS' },
  'split-answers': { severity: 'warning', title: 'Two networks get different answers for one name' },
  'dhcp-mixed-resolvers': {
    severity: 'error',
    title: 'A network is given a tier and a VPC resolver at once',
  },
  'dhcp-bypass': { severity: 'error', title: 'A network that should use a tier does not' },
  'single-availability-zone': { severity: 'warning', title: 'One availability zone takes names away' },
  'single-member': { severity: 'warning', title: 'One member takes names away' },
  'single-upstream': { severity: 'warning', title: 'One upstream takes names away' },
  'single-link': { severity: 'warning', title: 'One link takes names away' },
  'reverse-missing': { severity: 'notice', title: 'Addresses have no reverse zone' },
  'reverse-mismatch': { severity: 'warning', title: 'PTR and address records disagree' },
  'dangling-cname': { severity: 'error', title: 'An alias leads to a name that does not exist' },
  'cname-across-zones-unresolvable': {
    severity: 'error',
    title: 'An alias leads into a zone that cannot be resolved from here',
  },
  'apex-cname': { severity: 'error', title: 'An alias stands at the apex of a zone' },
  'address-reserved': { severity: 'error', title: 'An address is one that AWS keeps for itself' },
  'address-outside-subnet': { severity: 'error', title: 'An address is in no subnet of its VPC' },
  'address-taken': { severity: 'error', title: 'Two servers have one address' },
  'cidr-overlap': { severity: 'error', title: 'Two networks share addresses' },
  quota: { severity: 'error', title: 'A limit of AWS is exceeded' },
  'vpc-resolver-limit': { severity: 'error', title: 'A VPC resolver gets more packets than it takes' },
  'tier-overloaded': { severity: 'error', title: 'A tier gets more queries than it answers' },
  'edns-path': { severity: 'warning', title: 'A link is too narrow for large answers' },
  'ttl-zero': { severity: 'notice', title: 'Records that are never cached' },
  'forwarder-bypassed-upstream': { severity: 'warning', title: 'Some members of a tier are never asked' },
  'unused-allow': { severity: 'notice', title: 'Something is allowed that is not found' },
} as const satisfies Record<string, FindingRule>;

export type FindingCode = keyof typeof FINDING_RULES;

export const FINDING_CODES = Object.keys(FINDING_RULES) as [FindingCode, ...FindingCode[]];
