import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { Place } from '../authorities/authority.ts';
import { runDnsperf } from '../load/dnsperf.ts';
import { percentile } from '../measure/statistics.ts';
import type { Bed } from '../running/bed.ts';
import { type Endpoint, encodeQuery } from '../running/question.ts';

/** How soon a change by Route 53's API is answered, from the API's reply on, while others ask. Milliseconds. */
export type ChangeDelay = {
  /** Queries a second. */
  rate: number;
  changes: number;
  p50: number;
  p99: number;
  max: number;
  /** From request to reply. */
  replyP50: number;
};

const RATES = [1000, 5000];
const CHANGES = 500;
/** Seconds of load: more than the changes take. Who is done earlier does not wait for it. */
const LOAD_SECONDS = 20;

export async function measureChanges(
  bed: Bed,
  server: Endpoint,
  { api, shape }: Place,
  queries: string,
): Promise<ChangeDelay[]> {
  const zone = shape.zones[0]!;
  const client = connectApi(api);
  const socket = createSocket('udp4');
  const rows: ChangeDelay[] = [];
  try {
    const zoneId = /<Id>\/hostedzone\/(\w+)<\/Id>/.exec(
      await client('GET', `hostedzonesbyname?dnsname=${zone}&maxitems=1`),
    )![1]!;
    for (const rate of RATES) {
      const load = runDnsperf(
        server,
        { file: queries, seconds: LOAD_SECONDS, rate },
        { cpu: bed.pinning?.load, latencies: false },
      );
      const replies: number[] = [];
      const delays: number[] = [];
      for (let number = 0; number < CHANGES; number++) {
        const value = `10.${rate / 1000}.${number >> 8}.${number & 255}`;
        const began = performance.now();
        await client('POST', `hostedzone/${zoneId}/rrset`, upsert(`h7.${zone}`, value));
        const replied = performance.now();
        while ((await askAddress(socket, server, `h7.${zone}`)) !== value);
        delays.push(performance.now() - replied);
        replies.push(replied - began);
      }
      await load;
      const sorted = delays.sort((a, b) => a - b);
      rows.push({
        rate,
        changes: CHANGES,
        p50: percentile(sorted, 0.5),
        p99: percentile(sorted, 0.99),
        max: sorted.at(-1)!,
        replyP50: percentile(
          replies.sort((a, b) => a - b),
          0.5,
        ),
      });
    }
  } finally {
    socket.close();
  }
  return rows;
}

function upsert(name: string, value: string): string {
  const set = `<Name>${name}</Name><Type>A</Type><TTL>300</TTL><ResourceRecords><ResourceRecord><Value>${value}</Value></ResourceRecord></ResourceRecords>`;
  const change = `<Change><Action>UPSERT</Action><ResourceRecordSet>${set}</ResourceRecordSet></Change>`;
  return `<ChangeResourceRecordSetsRequest><ChangeBatch><Changes>${change}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`;
}

/** A service without keys wants a signature of any kind. */
const HEADERS = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/route53/aws4_request, SignedHeaders=host;x-amz-date, Signature=0',
  'x-amz-date': '20260101T000000Z',
};

function connectApi({ address, port }: Endpoint) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return async (method: string, path: string, body = ''): Promise<string> => {
    const asked = request({
      host: address,
      port,
      agent,
      method,
      path: `/2013-04-01/${path}`,
      headers: HEADERS,
    });
    asked.end(body);
    const [reply] = await once(asked, 'response');
    let text = '';
    for await (const chunk of reply) text += chunk;
    if (reply.statusCode !== 200) throw new Error(`${method} ${path}: ${reply.statusCode} ${text}`);
    return text;
  };
}

let lastId = 0;

/** The one address that a name has: the last four bytes of a response without EDNS. */
async function askAddress(socket: Socket, server: Endpoint, name: string): Promise<string> {
  lastId = (lastId + 1) & 0xffff;
  socket.send(encodeQuery(lastId, name), server.port, server.address);
  for (;;) {
    const [response] = (await once(socket, 'message')) as [Buffer];
    if (response.readUInt16BE(0) === lastId) return response.subarray(-4).join('.');
  }
}
