import { AwsError } from '@pointsman/aws-wire';

/** How a cloud misbehaves, and how long it takes where it behaves. Switches: they may be set at any time, and count from then on. Times are milliseconds. */
export type CloudFaults = {
  /** From `attaching` to `attached`. */
  attachDelay: number;
  /** From `detaching` until the interface is available. */
  detachDelay: number;
  /** Detachments do not end, but by force. */
  hangDetach: boolean;
  /** Attachments do not come about: the interface is available again after the delay. */
  failAttach: boolean;
  /** From `pending` to `running`, on top of what the machine takes. */
  startDelay: number;
  /** From `shutting-down` to `terminated`, and from `stopping` to `stopped`, on top of what the machine takes. */
  stopDelay: number;
  /** From one status check of an instance in an Auto Scaling group to the next. */
  statusCheckPeriod: number;
  /** Reads see what was so long ago. */
  consistencyLag: number;
  /** Share of calls, from 0 to 1, that are refused as too many. */
  throttle: number;
  /** All calls: wait without end, or are refused. */
  outage: 'none' | 'hang' | 'unavailable';
};

/** As long as EC2 takes on a usual day. */
export const USUAL_DELAYS: CloudFaults = {
  attachDelay: 2000,
  detachDelay: 4000,
  hangDetach: false,
  failAttach: false,
  startDelay: 3000,
  stopDelay: 3000,
  statusCheckPeriod: 2000,
  consistencyLag: 0,
  throttle: 0,
  outage: 'none',
};

/** Everything at once. */
export const NO_DELAYS: CloudFaults = {
  ...USUAL_DELAYS,
  attachDelay: 0,
  detachDelay: 0,
  startDelay: 0,
  stopDelay: 0,
};

/**
 * What an outage or a throttle does to a call.
 * @param random from 0 up to 1
 * @throws AwsError Throttling, ServiceUnavailable: services have codes of their own for them
 */
export async function sufferFaults({ throttle, outage }: CloudFaults, random: () => number): Promise<void> {
  if (outage === 'hang') await new Promise(() => {});
  if (outage === 'unavailable') {
    throw new AwsError('ServiceUnavailable', 'The service is unavailable. Please try again shortly.', {
      status: 503,
    });
  }
  if (throttle > 0 && random() < throttle) throw new AwsError('Throttling', 'Rate exceeded');
}
