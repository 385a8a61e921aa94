import type { Step } from './story.fixture.ts';

/** Parameters from their first version until they are deleted. */
export const PARAMETERS: readonly Step[] = [
  [
    `ssm put-parameter --name /acme/main/a --type String --value '{"tier": "main"}' --tags Key=tier,Value=main`,
    { Version: 1, Tier: 'Standard' },
  ],
  [
    'ssm put-parameter --name /acme/main/a --value x',
    /^An error occurred \(ParameterAlreadyExists\) when calling the PutParameter operation: .*overwrite/,
  ],
  ['ssm put-parameter --name /acme/main/a --overwrite --value second', { Version: 2 }],
  ['ssm put-parameter --name /acme/main/b/c --type SecureString --value hush', { Version: 1 }],
  [
    'ssm get-parameter --name /acme/main/b/c --with-decryption',
    { Parameter: { Value: 'hush', Type: 'SecureString' } },
  ],
  ['ssm get-parameter --name /acme/main/a:1', { Parameter: { Value: '{"tier": "main"}', Selector: ':1' } }],
  [
    'ssm get-parameters --names /acme/main/a none',
    { Parameters: [{ Value: 'second', Version: 2 }], InvalidParameters: ['none'] },
  ],
  [
    'ssm get-parameters-by-path --path /acme --recursive --max-items 10 --page-size 1',
    { Parameters: [{ Name: '/acme/main/a' }, { Name: '/acme/main/b/c' }] },
  ],
  [
    'ssm get-parameter-history --name /acme/main/a',
    {
      Parameters: [
        { Version: 1, Value: '{"tier": "main"}' },
        { Version: 2, Value: 'second' },
      ],
    },
  ],
  [
    'ssm describe-parameters --parameter-filters Key=tag:tier,Values=main',
    { Parameters: [{ Name: '/acme/main/a', Version: 2 }] },
  ],
  ['ssm delete-parameter --name /acme/main/a'],
  [
    'ssm get-parameter --name /acme/main/a',
    /^An error occurred \(ParameterNotFound\) when calling the GetParameter operation:/,
  ],
  [
    'ssm delete-parameters --names /acme/main/a /acme/main/b/c',
    { DeletedParameters: ['/acme/main/b/c'], InvalidParameters: ['/acme/main/a'] },
  ],
];
