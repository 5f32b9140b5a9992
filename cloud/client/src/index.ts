// The map of the client: protocol frames, errors, the public HTTP side, the RTM socket.
import type { components } from './generated/openapi.ts';

export * from './protocol.ts';
export * from './errors.ts';
export * from './public.ts';
export { RtmSocket, type RtmHandlers, type RtmLink, type RtmOptions } from './rtm.ts';

/** Every type of the HTTP document, by name. */
export type Schemas = components['schemas'];
export type { paths } from './generated/openapi.ts';
