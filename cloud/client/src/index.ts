// The map of the client: protocol frames, errors, the public HTTP side, the RTM socket.
export * from './protocol.ts';
export * from './errors.ts';
export { decimals, money } from './money.ts';
export * from './public.ts';
export { newMark, SAID_WITHIN_MS } from './outbox.ts';
export { RtmSocket, type PageSockets, type RtmHandlers, type RtmLink, type RtmOptions } from './rtm.ts';

export type { paths } from './generated/openapi.ts';
