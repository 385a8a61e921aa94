/** Ctrl-C, and what a service manager sends. The first one ends the command in order; a second one ends it at once. */
export function onEndSignal(end: () => void): void {
  let signals = 0;
  const handle = () => {
    if (++signals > 1) process.exit(1);
    end();
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
}
