import { agentConfigJsonSchema, forwarderConfigJsonSchema } from '@pointsman/core/config';
import { topologyJsonSchema } from '@pointsman/core/topology';
import { Argument, type Command } from 'commander';
import { say } from '../terminal.ts';

const AFTER_HELP = `
Example, for editors with the YAML language server:
  pointsman schema topology > topology.schema.json
  # then, as the first line of the topology:
  # yaml-language-server: $schema=./topology.schema.json
`;

const SCHEMAS = {
  topology: topologyJsonSchema,
  forwarder: forwarderConfigJsonSchema,
  agent: agentConfigJsonSchema,
};

export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of a file, for editors')
    .addArgument(new Argument('<of>', 'which file').choices(Object.keys(SCHEMAS)))
    .addHelpText('after', AFTER_HELP)
    .action((of: keyof typeof SCHEMAS) => say(JSON.stringify(SCHEMAS[of](), undefined, 2)));
}
