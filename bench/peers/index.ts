import { bind } from './bind.ts';
import { dnsdist } from './dnsdist.ts';
import { dnsmasq } from './dnsmasq.ts';
import { echo } from './echo.ts';
import { knot } from './knot.ts';
import type { Peer } from './peer.ts';
import { pointsman, pointsmanDgram } from './pointsman.ts';
import { unbound } from './unbound.ts';

/** Every server of the bench, by the word that `--servers` knows it by. */
export const peers: Readonly<Record<string, Peer>> = {
  pointsman,
  'pointsman-dgram': pointsmanDgram,
  echo,
  unbound,
  dnsdist,
  bind,
  knot,
  dnsmasq,
};
