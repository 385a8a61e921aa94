/** What `init` writes: small, whole, and fine as it stands. The help of the commands speaks of its networks and names. */
export const STARTING_TOPOLOGY = `# A topology: networks, who answers which names, and the forwarders between them.
#
#   pointsman check FILE      finds the mistakes in it, and what does not resolve
#   pointsman up FILE         runs it on this machine
#   pointsman schema topology prints its JSON Schema, for editors
name: example

# VPCs and sites (a data centre, an office, another cloud). The VPC resolver is at the base of a VPC's first CIDR plus two.
networks:
  shared: # holds the forwarders; the private zones are associated with it
    kind: vpc
    region: ap-southeast-2
    cidrs: [10.10.0.0/16]
    subnets:
      a: { cidr: 10.10.1.0/24, availabilityZone: ap-southeast-2a }
      b: { cidr: 10.10.2.0/24, availabilityZone: ap-southeast-2b }
    resolvers: forwarders/main # what its DHCP option set hands to clients
  orders: { kind: vpc, region: ap-southeast-2, cidrs: [10.20.0.0/16], resolvers: forwarders/main }
  sydney: { kind: site, cidrs: [192.168.0.0/16], resolvers: authorities/sydney-dns }

# What joins them: peering, vpn, direct-connect, transit-gateway. None of them is transitive but the last.
links:
  - { kind: peering, between: [shared, orders] }
  - { kind: vpn, between: [shared, sydney] }

# DNS servers that someone else runs, and the tier to which they forward the zones that they do not hold.
authorities:
  sydney-dns: { network: sydney, addresses: [192.168.1.53, 192.168.2.53], software: bind, forwards: forwarders/main }

# Who answers which names. Records stand here or in zone files (records: ./cloud.zone).
zones:
  cloud.example: # a private hosted zone
    kind: private
    networks: [shared]
    records:
      www: { A: [10.20.4.80], ttl: 60 }
      shop: { CNAME: [www] }
      '@': { MX: ['10 mail.corp.example.'] }
  corp.example: # what the servers in Sydney answer themselves
    kind: external
    authority: sydney-dns
    records:
      db: { A: [192.168.10.20] }
      mail: { A: [192.168.10.25] }
      intranet: { CNAME: [www.cloud.example.] }
  10.0.0.0/8: # a zone named by a CIDR is the reverse zone of it
    kind: private
    networks: [shared]
    records:
      80.4.20: { PTR: [www.cloud.example.] }
  192.168.0.0/16:
    kind: external
    authority: sydney-dns
    records:
      20.10: { PTR: [db.corp.example.] }

# The forwarders: no records, only forwarding rules, which follow from the zones. The longest suffix wins.
forwarders:
  main:
    network: shared
    members: # one in each availability zone
      - { name: a, subnet: a, address: 10.10.1.53 }
      - { name: b, subnet: b, address: 10.10.2.53 }
    otherwise: vpc-resolver # names no rule covers: vpc-resolver | refuse | [addresses]
`;
