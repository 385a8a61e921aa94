export { type BindPlace, bindViewNames, renderNamed } from './bind/bind.ts';
export { commentText } from './comments.ts';
export { type Origins, originsOfAuthority, originsOfConfig, originsOfMember } from './origins.ts';
export type { RenderCode, Rendered, Renderer, RenderProblem, VrrpHosts } from './render.ts';
export { RENDER_TARGETS, type RenderTarget, renderers } from './renderers.ts';
export { readServer, type Server, sourceFor } from './scopes.ts';
