/** What `init` writes: small, whole, and fine as it stands. */
export const STARTING_TOPOLOGY = `# A topology: networks, who answers which names, and the forwarders between them.
#
#   pointsman check FILE      finds every mistake in it
#   pointsman up FILE         runs it on this machine
#   pointsman schema topology prints its JSON Schema, for editors
name: example

# VPCs and sites (a data centre, an office, another cloud). The VPC resolver is at the base of a VPC's first CIDR plus two.
networks:
  hub: # holds the forwarders; the private zones are associated with it
    kind: vpc
    region: eu-west-1
    cidrs: [10.0.0.0/16]
    subnets:
      a: { cidr: 10.0.1.0/24, availabilityZone: eu-west-1a }
      b: { cidr: 10.0.2.0/24, availabilityZone: eu-west-1b }
    resolvers: forwarders/main # what its DHCP option set hands to clients
  app: { kind: vpc, region: eu-west-1, cidrs: [10.1.0.0/16], resolvers: forwarders/main }
  office: { kind: site, cidrs: [192.168.0.0/16], resolvers: authorities/office-dns }

# What joins them: peering, vpn, direct-connect, transit-gateway. None of them is transitive but the last.
links:
  - { kind: peering, between: [hub, app] }
  - { kind: vpn, between: [hub, office] }

# DNS servers that someone else runs, and the tier they forward the zones to that they do not hold.
authorities:
  office-dns: { network: office, addresses: [192.168.0.53], software: bind, forwards: forwarders/main }

# Who answers which names. Records stand here or in zone files (records: ./cloud.zone).
zones:
  cloud.example: # a private hosted zone
    kind: private
    networks: [hub]
    records:
      www: { A: [10.1.4.80], ttl: 60 }
      shop: { CNAME: [www] }
  corp.example: # what the office's own servers answer
    kind: external
    authority: office-dns
    records:
      db: { A: [192.168.4.20] }
      intranet: { CNAME: [www.cloud.example.] }
  10.0.0.0/8: # a zone named by a CIDR is the reverse zone of it
    kind: private
    networks: [hub]
    records:
      80.4.1: { PTR: [www.cloud.example.] }
  192.168.0.0/16:
    kind: external
    authority: office-dns
    records:
      20.4: { PTR: [db.corp.example.] }

# The forwarders: no records, only forwarding rules, which follow from the zones. The longest suffix wins.
forwarders:
  main:
    network: hub
    members: # one in each availability zone
      - { name: a, subnet: a, address: 10.0.1.53 }
      - { name: b, subnet: b, address: 10.0.2.53 }
    otherwise: vpc-resolver # names no rule covers: vpc-resolver | refuse | [addresses]
`;
