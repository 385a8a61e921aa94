import type { Renderer } from '../render.ts';
import { renderConditionalForwarders } from './authority.ts';
import { renderNamed } from './member.ts';
import { DEBIAN } from './place.ts';

export { bindViewNames } from './bind-views.ts';
export { renderNamed } from './member.ts';
export type { BindPlace } from './place.ts';

/** BIND 9.18 or later, with Debian's places. */
export const bind: Renderer = {
  member: (config, origins) => renderNamed(config, origins, DEBIAN),
  authority: renderConditionalForwarders,
};
