import { callCloud } from '../cloud/call-cloud.ts';
import type { CloudClients } from '../cloud/clients.ts';
import type { Fetched } from './source.ts';

/** A parameter of SSM, encrypted or not; its tag is its version. */
export async function fetchParameter(
  ssm: CloudClients['ssm'],
  name: string,
  tag: string | undefined,
  signal: AbortSignal,
): Promise<Fetched | undefined> {
  const { GetParameterCommand } = await import('@aws-sdk/client-ssm');
  const command = new GetParameterCommand({ Name: name, WithDecryption: true });
  const { Parameter } = await callCloud('ssm:GetParameter', async () =>
    (await ssm()).send(command, { abortSignal: signal }),
  );
  const version = String(Parameter?.Version);
  return version === tag ? undefined : { text: Parameter?.Value ?? '', tag: version };
}
