/** Milliseconds that nobody wonders about. */
const SOON = 1000;

/** Says on stderr what is being done when it has lasted for a while, and from then on each next thing. */
export function tellWhatLasts(): { tell: (what: string) => void; stop: () => void } {
  let current: string | undefined;
  let isLate = false;
  const write = () => process.stderr.write(`${current} …\n`);
  const timer = setTimeout(() => {
    isLate = true;
    if (current !== undefined) write();
  }, SOON);
  return {
    tell: (what) => {
      current = what;
      if (isLate) write();
    },
    stop: () => clearTimeout(timer),
  };
}
