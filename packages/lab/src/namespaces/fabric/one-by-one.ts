/** @returns what runs the actions that it is given one after the other; one that fails holds up none. */
export function oneByOne(): <T>(action: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (action) => {
    const done = last.then(action);
    last = done.catch(() => {});
    return done;
  };
}
