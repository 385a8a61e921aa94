import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyModel, type Model, type Network } from '../model.ts';
import { compileHosts, compileOptions, compileServer, ipv6ResolversOf, reservationsOf } from './config.ts';

function oneVpc(): { model: Model; network: Network } {
  const model = emptyModel();
  const network: Network = {
    ...{ id: 'vpc', kind: 'vpc', namespace: 'pm-x.vpc', dnsSupport: true, routerAddresses: new Map() },
    cidrs: ['10.1.0.0/16'],
    dhcp: {
      ...{ domainName: 'corp.example', ntpServers: ['10.1.0.123'] },
      domainNameServers: ['AmazonProvidedDNS', '2001:db8::53', '10.1.1.53'],
    },
  };
  model.networks.set('vpc', network);
  model.subnets.set('subnet', {
    ...{ id: 'subnet', vpcId: 'vpc', availabilityZone: 'a', cidr: '10.1.16.0/20', bridge: 's1' },
  });
  for (const [number, addresses] of [
    ['10.1.16.10', '2001:db8::10', '10.1.16.11'],
    ['2001:db8::11'],
  ].entries()) {
    model.interfaces.set(`eni-${number}`, {
      ...{
        id: `eni-${number}`,
        number,
        networkId: 'vpc',
        subnetId: 'subnet',
        mac: `02:00:00:00:00:0${number}`,
      },
      ...{ addresses, securityGroupIds: [], sourceDestCheck: true },
    });
  }
  return { model, network };
}

describe('the configuration of dnsmasq', () => {
  it('has a static range for each subnet, and no DNS', () => {
    const { model, network } = oneVpc();
    const text = compileServer(model, network, '/folder');
    assert.match(text, /^port=0$/m);
    assert.match(text, /^dhcp-range=set:s1,10\.1\.16\.0,static,255\.255\.240\.0,3600$/m);
  });

  it('reserves the primary IPv4 address of each interface that has one', () => {
    const { model, network } = oneVpc();
    assert.equal(
      compileHosts(reservationsOf(model, network)),
      '02:00:00:00:00:00,10.1.16.10,ip-10-1-16-10\n',
    );
  });

  it("hands out the option set, with the resolver at base plus two for Amazon's", () => {
    const { model, network } = oneVpc();
    assert.deepEqual(compileOptions(model, network).split('\n'), [
      'tag:s1,option:router,10.1.16.1',
      'option:dns-server,10.1.0.2,10.1.1.53',
      'option:domain-name,"corp.example"',
      'option:ntp-server,10.1.0.123',
      '',
    ]);
    assert.deepEqual(ipv6ResolversOf(network), ['2001:db8::53']);
  });

  it('hands out nothing but the gateway where there is no set', () => {
    const { model, network } = oneVpc();
    assert.equal(compileOptions(model, { ...network, dhcp: undefined }), 'tag:s1,option:router,10.1.16.1\n');
  });
});
