export type { ResourceRecordSet } from '@aws-sdk/client-route-53';
export { connectZones, type ZoneClient, type ZoneClientOptions } from './client.ts';
export { readZoneFile, writeZoneFile } from './zone-file.ts';
