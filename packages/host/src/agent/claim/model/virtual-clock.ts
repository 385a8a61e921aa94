/** A clock that stands still until it is told to go on, so that hours pass in a second and always in the same order. */
export type VirtualClock = {
  now: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  at: (milliseconds: number, act: () => void) => void;
  /** Lets so much time pass. */
  pass: (milliseconds: number) => Promise<void>;
};

type Alarm = { at: number; order: number; act: () => void };

export function makeVirtualClock(): VirtualClock {
  let now = 0;
  let order = 0;
  const alarms: Alarm[] = [];
  const at = (time: number, act: () => void) => {
    const alarm = { at: Math.max(now, time), order: order++, act };
    const place = alarms.findLastIndex((each) => each.at <= alarm.at);
    alarms.splice(place + 1, 0, alarm);
  };
  return {
    now: () => now,
    at,
    sleep: (milliseconds) => new Promise((resolve) => at(now + milliseconds, resolve)),
    pass: async (milliseconds) => {
      const end = now + milliseconds;
      await settled();
      while (alarms[0] !== undefined && alarms[0].at <= end) {
        const alarm = alarms.shift()!;
        now = alarm.at;
        alarm.act();
        await settled();
      }
      now = end;
    },
  };
}

/** Everything that can go on without time passing has. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
