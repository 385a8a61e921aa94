import type * as aws from '@aws-sdk/client-auto-scaling';
import type { Caller } from '@pointsman/aws-wire';
import type { Ec2State } from '../ec2/model.ts';
import { invalid } from './auto-scaling.ts';
import type { LaunchTemplate } from './group.ts';

/** The launch template that a request names, by ID or name, and its version. @throws AwsError ValidationError */
export function readLaunchTemplate(
  { launchTemplates }: Ec2State,
  named: aws.LaunchTemplateSpecification | undefined,
  { account, region }: Caller,
): LaunchTemplate {
  if (!named)
    throw invalid(
      'Valid requests must contain the LaunchTemplate parameter: there is no other way to say what is launched.',
    );
  const { LaunchTemplateId, LaunchTemplateName, Version = '$Default' } = named;
  if ((LaunchTemplateId === undefined) === (LaunchTemplateName === undefined)) {
    throw invalid('Valid requests must contain either launchTemplateId or LaunchTemplateName');
  }
  const template = [...launchTemplates.values()].find(
    (each) =>
      each.account === account &&
      each.region === region &&
      (each.id === LaunchTemplateId || each.name === LaunchTemplateName),
  );
  if (!template) {
    const which = LaunchTemplateId === undefined ? `name ${LaunchTemplateName}` : `ID ${LaunchTemplateId}`;
    throw invalid(`The specified launch template, with template ${which}, does not exist.`);
  }
  const isThere = template.versions.some(({ number }) => String(number) === Version);
  if (!isThere && Version !== '$Latest' && Version !== '$Default') {
    throw invalid(`The specified launch template version, ${Version}, does not exist.`);
  }
  return { id: template.id, name: template.name, version: Version };
}
