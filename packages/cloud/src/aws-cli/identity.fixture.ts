import type { Step } from './story.fixture.ts';

/** The account and its role `forwarder`. */
export const IDENTITY: readonly Step[] = [
  [
    'sts get-caller-identity',
    { Account: '111111111111', Arn: 'arn:aws:iam::111111111111:root', UserId: '111111111111' },
  ],
  [
    'sts assume-role --role-arn arn:aws:iam::111111111111:role/forwarder --role-session-name night --duration-seconds 900',
    {
      Credentials: { AccessKeyId: /^ASIA/, Expiration: /^\d{4}-/ },
      AssumedRoleUser: { Arn: 'arn:aws:sts::111111111111:assumed-role/forwarder/night' },
    },
  ],
  [
    'sts assume-role --role-arn arn:aws:iam::111111111111:role/none --role-session-name night',
    /^An error occurred \(AccessDenied\) when calling the AssumeRole operation: User: arn:aws:iam::111111111111:root is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role\/none$/,
  ],
];
