import { forwarderConfigJsonSchema } from '@pointsman/core/config';
import { topologyJsonSchema } from '@pointsman/core/topology';
import { Argument, type Command } from 'commander';
import { say } from '../terminal.ts';

const AFTER_HELP = `
Example, for editors with the YAML language server:
  pointsman schema topology > topology.schema.json
  # then, as the first line of the topology:
  # yaml-language-server: $schema=./topology.schema.json
`;

export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of a file, for editors')
    .addArgument(new Argument('<of>', 'which file').choices(['topology', 'forwarder']))
    .addHelpText('after', AFTER_HELP)
    .action((of: 'topology' | 'forwarder') => {
      const schema = of === 'topology' ? topologyJsonSchema() : forwarderConfigJsonSchema();
      say(JSON.stringify(schema, undefined, 2));
    });
}
