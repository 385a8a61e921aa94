import { sendUnixDatagram } from '@pointsman/forwarder/unix';

/** Tells systemd how this service is (sd_notify(3)), where systemd has started it and asks for that; else nobody. */
export type ServiceManager = {
  ready: () => void;
  stopping: () => void;
  /** Tells until the signal that this process lives, for as long as that is so: systemd ends and restarts one that is silent for `WatchdogSec`. */
  keepAlive: (lives: () => boolean, signal: AbortSignal) => void;
};

/** In a time of the watchdog: one that comes late, or is lost, is no harm. */
const SIGNS = 3;

/** `environment`: what systemd gives to its services. `complain`: systemd cannot be told, in a sentence. */
export function openServiceManager(
  environment: Readonly<Record<string, string | undefined>>,
  complain: (text: string) => void,
): ServiceManager {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: time, WATCHDOG_PID: pid } = environment;
  const tell = (state: string) => {
    if (socket === undefined) return;
    try {
      sendUnixDatagram(socket, state);
    } catch (error) {
      complain(`systemd is not told ${state}: ${(error as Error).message}`);
    }
  };
  const isWatched = time !== undefined && (pid === undefined || pid === String(process.pid));
  return {
    ready: () => tell('READY=1'),
    stopping: () => tell('STOPPING=1'),
    keepAlive: (lives, signal) => {
      if (!isWatched || signal.aborted) return;
      const sign = () => {
        if (lives()) tell('WATCHDOG=1');
      };
      const timer = setInterval(sign, Number(time) / 1000 / SIGNS);
      signal.addEventListener('abort', () => clearInterval(timer));
    },
  };
}
