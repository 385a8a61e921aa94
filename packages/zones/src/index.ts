export { type Answer, type AnswerContext, answerQuery } from './answer-query.ts';
export { type CompiledZone, compileZone, type Zone, ZoneError, type ZoneKind } from './compile-zone.ts';
export { type Client, type Handle, ListenError, type ListenOptions } from './dns-handler.ts';
export { type DnsServer, startDnsServer } from './dns-server.ts';
export { encodeResponse, errorResponse, makeResponse, readQuery, type Transport } from './response.ts';
export { answerClient, mayAsk, serveZones, type ZoneService } from './serve-zones.ts';
export { createZoneSet, type ZoneSet, zoneFor } from './zone-set.ts';
