/**
 * One timer for each in-flight slot, on a wheel of ticks: setting and clearing one is a few stores, whatever their number. A timer
 * beyond the wheel's reach fires early; its owner looks at the clock and sets it again.
 */
export type Timers = {
  /** Replaces the slot's timer. `at` and `now` in milliseconds on the caller's clock. */
  set(slot: number, at: number, now: number): void;
  clear(slot: number): void;
  /** Calls `onTimer` for each slot whose time has come. Call it every TICK_MS while any is set. */
  advance(now: number, onTimer: (slot: number) => void): void;
};

export const TICK_MS = 5;
const TICKS = 512;
const NONE = -1;

export function createTimers(slots: number): Timers {
  const heads = new Int32Array(TICKS).fill(NONE);
  const next = new Int32Array(slots).fill(NONE);
  const previous = new Int32Array(slots).fill(NONE);
  const tickOf = new Int32Array(slots).fill(NONE);
  let done = 0;
  let count = 0;

  function clear(slot: number): void {
    const tick = tickOf[slot]!;
    if (tick === NONE) return;
    const after = next[slot]!;
    const before = previous[slot]!;
    if (before === NONE) heads[tick] = after;
    else next[before] = after;
    if (after !== NONE) previous[after] = before;
    tickOf[slot] = NONE;
    count--;
  }

  function set(slot: number, at: number, now: number): void {
    clear(slot);
    if (count === 0) done = Math.floor(now / TICK_MS);
    const wanted = Math.ceil(at / TICK_MS);
    const tick = Math.min(Math.max(wanted, done + 1), done + TICKS - 1) % TICKS;
    const head = heads[tick]!;
    next[slot] = head;
    previous[slot] = NONE;
    if (head !== NONE) previous[head] = slot;
    heads[tick] = slot;
    tickOf[slot] = tick;
    count++;
  }

  function advance(now: number, onTimer: (slot: number) => void): void {
    const target = Math.floor(now / TICK_MS);
    // After a pause longer than the wheel every position is visited once, no more.
    if (target - done > TICKS) done = target - TICKS;
    while (done < target && count > 0) {
      done++;
      const tick = done % TICKS;
      for (let slot = heads[tick]!; slot !== NONE; slot = heads[tick]!) {
        clear(slot);
        onTimer(slot);
      }
    }
  }

  return { set, clear, advance };
}
