import type { Authority } from './authority.ts';
import { bindAuthority } from './bind.ts';
import { nsdAuthority } from './nsd.ts';
import { pointsmanAuthority } from './pointsman.ts';

export const authorities: readonly Authority[] = [pointsmanAuthority, bindAuthority, nsdAuthority];
