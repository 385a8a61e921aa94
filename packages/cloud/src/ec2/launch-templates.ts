import type * as aws from '@aws-sdk/client-ec2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { commit } from './commit.ts';
import { type Ec2, operation, PAGED } from './ec2.ts';
import type { FilterFields } from './filters.ts';
import { TEMPLATE_MEMBERS } from './launch-members.ts';
import { listOwn } from './listing.ts';
import type { Ec2State, LaunchTemplate, LaunchTemplateVersion } from './model.ts';
import { findOwn, invalidCombination, invalidValue, isOwn, missingParameter } from './resources.ts';
import { readTagSpecifications, writeTags } from './tag-specifications.ts';

const DATA = TEMPLATE_MEMBERS.map((path) => `LaunchTemplateData.${path}` as const);

export const createLaunchTemplate = operation<
  aws.CreateLaunchTemplateRequest,
  aws.CreateLaunchTemplateResult
>(['LaunchTemplateName', 'VersionDescription', 'TagSpecifications', ...DATA], async (ec2, input, caller) => {
  const name = input.LaunchTemplateName ?? '';
  if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) {
    throw new AwsError(
      'InvalidLaunchTemplateName.MalformedException',
      `The launch template name ${name} is invalid.`,
    );
  }
  const known = [...ec2.state.now().launchTemplates.values()];
  if (known.some((each) => isOwn(each, caller) && each.name === name)) {
    throw new AwsError(
      'InvalidLaunchTemplateName.AlreadyExistsException',
      'Launch template name already in use.',
    );
  }
  const tags = readTagSpecifications(input.TagSpecifications, 'launch-template');
  const created = ec2.clock.now();
  const record: LaunchTemplate = {
    id: ec2.makeId('lt', tags),
    account: caller.account,
    region: caller.region,
    tags,
    name,
    created,
    defaultVersion: 1,
    versions: [makeVersion(1, created, input)],
  };
  await commit(ec2, [{ table: 'launchTemplates', id: record.id, record }]);
  return { LaunchTemplate: writeTemplate(record) };
});

function makeVersion(
  number: number,
  created: number,
  {
    VersionDescription,
    LaunchTemplateData,
  }: aws.CreateLaunchTemplateRequest | aws.CreateLaunchTemplateVersionRequest,
): LaunchTemplateVersion {
  return { number, created, description: VersionDescription, data: LaunchTemplateData ?? {} };
}

/** A version that names a source has of that one what it does not have itself. */
export const createLaunchTemplateVersion = operation<
  aws.CreateLaunchTemplateVersionRequest,
  aws.CreateLaunchTemplateVersionResult
>(
  ['LaunchTemplateId', 'LaunchTemplateName', 'SourceVersion', 'VersionDescription', ...DATA],
  (ec2, input, caller) =>
    underTemplate(ec2, input, caller, async (template) => {
      const source = input.SourceVersion === undefined ? {} : findVersion(template, input.SourceVersion).data;
      const latest = template.versions.at(-1)!;
      const version = makeVersion(latest.number + 1, ec2.clock.now(), input);
      const merged = { ...version, data: { ...source, ...version.data } };
      const record = { ...template, versions: [...template.versions, merged] };
      await commit(ec2, [{ table: 'launchTemplates', id: template.id, record }]);
      return { LaunchTemplateVersion: writeVersion(record, merged) };
    }),
);

export const modifyLaunchTemplate = operation<
  aws.ModifyLaunchTemplateRequest,
  aws.ModifyLaunchTemplateResult
>(['LaunchTemplateId', 'LaunchTemplateName', 'DefaultVersion'], (ec2, input, caller) =>
  underTemplate(ec2, input, caller, async (template) => {
    if (input.DefaultVersion === undefined) throw missingParameter('SetDefaultVersion');
    const { number } = findVersion(template, input.DefaultVersion);
    const record = { ...template, defaultVersion: number };
    await commit(ec2, [{ table: 'launchTemplates', id: template.id, record }]);
    return { LaunchTemplate: writeTemplate(record) };
  }),
);

export const deleteLaunchTemplate = operation<
  aws.DeleteLaunchTemplateRequest,
  aws.DeleteLaunchTemplateResult
>(['LaunchTemplateId', 'LaunchTemplateName'], (ec2, input, caller) =>
  underTemplate(ec2, input, caller, async (template) => {
    await commit(ec2, [{ table: 'launchTemplates', id: template.id, record: undefined }]);
    return { LaunchTemplate: writeTemplate(template) };
  }),
);

const FIELDS: FilterFields<LaunchTemplate> = {
  'launch-template-name': ({ name }) => name,
  'create-time': ({ created }) => new Date(created).toISOString(),
};

export const describeLaunchTemplates = operation<
  aws.DescribeLaunchTemplatesRequest,
  aws.DescribeLaunchTemplatesResult
>(['LaunchTemplateIds', 'LaunchTemplateNames', ...PAGED], (ec2, input, caller) => {
  const { LaunchTemplateIds = [], LaunchTemplateNames = [] } = input;
  const state = ec2.state.seen();
  const named = LaunchTemplateNames.map(
    (name) => findTemplate(state, { LaunchTemplateName: name }, caller).id,
  );
  const { page, NextToken } = listOwn(state, input, caller, {
    table: 'launchTemplates',
    ids: { name: 'launchTemplateIds', given: [...LaunchTemplateIds, ...named] },
    fields: FIELDS,
  });
  return { LaunchTemplates: page.map(writeTemplate), NextToken };
});

export const describeLaunchTemplateVersions = operation<
  aws.DescribeLaunchTemplateVersionsRequest,
  aws.DescribeLaunchTemplateVersionsResult
>(
  ['LaunchTemplateId', 'LaunchTemplateName', 'Versions', 'MinVersion', 'MaxVersion'],
  (ec2, input, caller) => {
    const { Versions = [], MinVersion, MaxVersion } = input;
    const template = findTemplate(ec2.state.seen(), input, caller);
    const least = MinVersion === undefined ? 1 : findVersion(template, MinVersion).number;
    const most =
      MaxVersion === undefined ? Number.MAX_SAFE_INTEGER : findVersion(template, MaxVersion).number;
    const asked =
      Versions.length > 0
        ? Versions.map((version) => findVersion(template, version))
        : template.versions.filter(({ number }) => number >= least && number <= most);
    return { LaunchTemplateVersions: asked.toReversed().map((version) => writeVersion(template, version)) };
  },
);

type TemplateKey = { LaunchTemplateId?: string | undefined; LaunchTemplateName?: string | undefined };

/** By ID or by name. @throws AwsError */
export function findTemplate(state: Ec2State, key: TemplateKey, caller: Caller): LaunchTemplate {
  const { LaunchTemplateId, LaunchTemplateName } = key;
  if ((LaunchTemplateId === undefined) === (LaunchTemplateName === undefined)) {
    throw invalidCombination(
      'Exactly one of a launch template ID and a launch template name has to be specified.',
    );
  }
  if (LaunchTemplateId !== undefined) return findOwn(state, 'launchTemplates', LaunchTemplateId, caller);
  const found = [...state.launchTemplates.values()].find(
    (each) => isOwn(each, caller) && each.name === LaunchTemplateName,
  );
  if (found) return found;
  throw new AwsError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${LaunchTemplateName}, does not exist.`,
  );
}

/** @param version a number, `$Latest` or `$Default` @throws AwsError InvalidLaunchTemplateId.VersionNotFound */
export function findVersion(
  { id, versions, defaultVersion }: LaunchTemplate,
  version: string,
): LaunchTemplateVersion {
  if (version === '$Latest') return versions.at(-1)!;
  if (version !== '$Default' && !/^[0-9]{1,9}$/.test(version)) {
    throw invalidValue(version, 'version', 'It is none of a number, $Latest and $Default.');
  }
  const number = version === '$Default' ? defaultVersion : Number(version);
  const found = versions.find((each) => each.number === number);
  if (found) return found;
  throw new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find launch template version ${version} for launch template ${id}.`,
  );
}

function underTemplate<Result>(
  ec2: Ec2,
  key: TemplateKey,
  caller: Caller,
  action: (template: LaunchTemplate) => Promise<Result>,
): Promise<Result> {
  const { id } = findTemplate(ec2.state.now(), key, caller);
  return ec2.locks.run([id], () => action(findTemplate(ec2.state.now(), key, caller)));
}

function writeTemplate({ id, name, created, account, defaultVersion, versions, tags }: LaunchTemplate) {
  return {
    LaunchTemplateId: id,
    LaunchTemplateName: name,
    CreateTime: new Date(created),
    CreatedBy: `arn:aws:iam::${account}:root`,
    DefaultVersionNumber: defaultVersion,
    LatestVersionNumber: versions.at(-1)!.number,
    Tags: writeTags(tags),
  };
}

function writeVersion(
  { id, name, account, defaultVersion }: LaunchTemplate,
  { number, created, description, data }: LaunchTemplateVersion,
): aws.LaunchTemplateVersion {
  return {
    LaunchTemplateId: id,
    LaunchTemplateName: name,
    VersionNumber: number,
    VersionDescription: description,
    CreateTime: new Date(created),
    CreatedBy: `arn:aws:iam::${account}:root`,
    DefaultVersion: number === defaultVersion,
    LaunchTemplateData: data,
  };
}
