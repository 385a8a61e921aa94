import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FabricInterface } from '@pointsman/cloud';
import fc from 'fast-check';
import {
  checkAddress,
  checkCidr,
  checkDhcpOptions,
  checkGroup,
  checkHopLimit,
  checkId,
  checkInterface,
  checkLab,
} from './checks.ts';
import { FabricError } from './fabric-error.ts';

const INTERFACE: FabricInterface = {
  ...{ id: 'eni-1', subnetId: 'subnet-1', mac: '02:00:00:00:00:01', addresses: ['10.1.1.10', '2001:db8::1'] },
  ...{ securityGroupIds: ['sg-1'], sourceDestCheck: true },
};

const refuses = (check: () => void, message: RegExp) =>
  assert.throws(check, (error) => error instanceof FabricError && message.test(error.message));

describe('what a fabric is given', () => {
  it('passes where it is what the cloud says', () => {
    checkLab('acme');
    checkId('subnet-0123456789abcdef0');
    checkInterface(INTERFACE);
    for (const limit of [1, 64]) checkHopLimit(limit);
    checkDhcpOptions({
      domainName: 'a.example b.example',
      domainNameServers: ['AmazonProvidedDNS'],
      ntpServers: [],
    });
  });

  it('is refused with what is wrong with it', () => {
    refuses(() => checkLab('Acme'), /"Acme" is no name of a lab: use lower case/);
    refuses(() => checkLab('a.b'), /no name of a lab/);
    refuses(() => checkId('../etc'), /"\.\.\/etc" is no ID/);
    refuses(
      () => checkInterface({ ...INTERFACE, mac: '02:00' }),
      /"02:00" is no MAC address: write six bytes/,
    );
    refuses(
      () => checkInterface({ ...INTERFACE, addresses: ['10.1.1.300'] }),
      /"10\.1\.1\.300" is no IP address/,
    );
    for (const limit of [0, 65, 1.5, Number.NaN])
      refuses(() => checkHopLimit(limit), /is no hop limit of the metadata service: use 1 to 64/);
    const open = { protocol: 'tcp', fromPort: 53, toPort: 70_000, cidrs: [], groupIds: [] };
    refuses(
      () => checkGroup({ id: 'sg-1', vpcId: 'vpc-1', ingress: [open], egress: [] }),
      /70000 is no port/,
    );
  });

  it('holds no line break, quote or brace by which it would be more than a word of a command', () => {
    const sly = fc
      .tuple(fc.string(), fc.constantFrom('\n', '"', ';', '}', ' ', '$(', '`', "'", ','), fc.string())
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(sly, (text) => {
        for (const check of [checkLab, checkId, checkAddress, checkCidr])
          assert.throws(() => check(text), FabricError);
        if (/[\n";}$`',]/.test(text)) {
          const options = { domainName: text, domainNameServers: [], ntpServers: [] };
          assert.throws(() => checkDhcpOptions(options), FabricError);
        }
      }),
    );
  });
});
