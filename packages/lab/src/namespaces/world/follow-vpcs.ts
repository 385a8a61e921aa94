import type { Cloud, Ec2State } from '@pointsman/cloud';

/** A VPC as the cloud has it. */
export type CloudVpc = Ec2State['vpcs'] extends ReadonlyMap<string, infer Each> ? Each : never;

export type Stoppable = { stop: () => Promise<void> };

/** What every VPC of a cloud has. */
export type Followed = Stoppable & {
  /** Resolves when every VPC there is now has what it is to have. */
  settled: () => Promise<void>;
};

/** Starts something for every VPC of the cloud for which `isWanted` holds, also for those that come later, and stops it when it does not hold any more. */
export function followVpcs(
  cloud: Cloud,
  isWanted: (vpc: CloudVpc) => boolean,
  start: (vpc: CloudVpc) => Promise<readonly Stoppable[]>,
): Followed {
  const running = new Map<string, Promise<readonly Stoppable[]>>();
  const bring = async (id: string, before: Promise<readonly Stoppable[]> | undefined) => {
    const started = (await before) ?? [];
    const vpc = cloud.state.now().vpcs.get(id);
    const wanted = vpc !== undefined && isWanted(vpc) ? vpc : undefined;
    if ((wanted !== undefined) === started.length > 0) return started;
    await Promise.all(started.map((each) => each.stop()));
    return wanted ? start(wanted) : [];
  };
  const follow = (id: string) => {
    const next = bring(id, running.get(id)).catch((error: Error) => {
      process.emitWarning(error);
      return [];
    });
    running.set(id, next);
    // Of a VPC that is gone nothing is kept.
    void next.then(() => {
      if (running.get(id) === next && !cloud.state.now().vpcs.has(id)) running.delete(id);
    });
  };
  for (const id of cloud.state.now().vpcs.keys()) follow(id);
  const unwatch = cloud.state.watch((changes) => {
    for (const { table, id } of changes) if (table === 'vpcs') follow(id);
  });
  return {
    settled: async () => {
      await Promise.all(running.values());
    },
    stop: async () => {
      unwatch();
      const started = (await Promise.all(running.values())).flat();
      await Promise.all(started.map((each) => each.stop()));
    },
  };
}
