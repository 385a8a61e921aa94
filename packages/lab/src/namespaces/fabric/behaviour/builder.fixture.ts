/** A process that builds a lab, says a line after each step, and then stays: `node builder.fixture.ts LAB`. */
import { openFabric } from '../index.ts';
import { putInterface, putVpc, startInstance } from './trial.fixture.ts';

const name = process.argv[2]!;
const say = (step: string) => process.stdout.write(`${step}\n`);

const fabric = await openFabric({ lab: name, diskSize: 2 ** 20 });
say('opened');
for (const number of [1, 2]) {
  await putVpc({ name, fabric }, number);
  say(`vpc ${number}`);
  await startInstance({ name, fabric }, number, 10, '#!/bin/sh\nsetsid sleep 1000 & exec sleep 1000\n');
  say(`instance ${number}`);
}
await fabric.putPeering({ id: 'pcx', vpcIds: ['vpc-1', 'vpc-2'] });
say('peering');
await putInterface({ name, fabric }, 1, 53);
await fabric.attachInterface({ interfaceId: 'eni-1-53', instanceId: 'i-1-10', deviceIndex: 1 });
say('attached');
await fabric.rebootInstance('i-1-10');
say('rebooted');
setInterval(() => {}, 1000);
