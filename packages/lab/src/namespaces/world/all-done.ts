/** As Promise.all, but when it rejects nothing is under way any more: what was begun can be undone. */
export async function allDone<T extends readonly unknown[]>(
  work: readonly [...{ [Index in keyof T]: Promise<T[Index]> }],
): Promise<T> {
  await Promise.allSettled(work);
  return (await Promise.all(work)) as unknown as T;
}
