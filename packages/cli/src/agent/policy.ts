import { agentPolicy } from '@pointsman/host';
import { type Command, Option } from 'commander';
import { parseAccount, parseRegion } from '../option-values.ts';
import { Outcome } from '../outcome.ts';
import { say } from '../terminal.ts';
import { readAgentConfig } from './read-config.ts';

const AFTER_HELP = `
Example:
  pointsman agent policy --config agent.json --account 111122223333 --region ap-southeast-2 > policy.json
  aws iam put-role-policy --role-name pointsman-acme-main --policy-name agent --policy-document file://policy.json

It is all that the agent needs, on what has the tag pointsman:tier of its tier: give instances and Auto Scaling groups that tag, too.
`;

const PARTITIONS = ['aws', 'aws-cn', 'aws-us-gov'];

type PolicyOptions = { config: string; account: string; region: string; partition: string };

export function addAgentPolicy(agent: Command): void {
  agent
    .command('policy')
    .description("print the IAM policy that the agent's role needs")
    .requiredOption('--config <file>', "the agent's configuration: JSON")
    .requiredOption('--account <number>', 'the AWS account of its instances', parseAccount)
    .requiredOption('--region <region>', 'the region of its instances', parseRegion)
    .addOption(
      new Option('--partition <partition>', 'where the region is').choices(PARTITIONS).default('aws'),
    )
    .addHelpText('after', AFTER_HELP)
    .action(policy);
}

function policy({ config: file, account, region, partition }: PolicyOptions): void {
  const config = readAgentConfig(file);
  if (config.tier === undefined) throw new Outcome(2, `${file} has no tier: outside AWS there is no role`);
  say(JSON.stringify(agentPolicy(config, { account, region, partition }), undefined, 2));
}
