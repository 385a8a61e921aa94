import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { listenTcp } from '@pointsman/forwarder/namespace';
import { run } from './command.ts';

/** A web server of one text, whose ETag clients get it by. */
export type EtagSite = {
  /** Without a path: every path has the text. */
  url: string;
  /** What clients have to trust, PEM. */
  certificate: string;
  text: string;
  status: number;
  /** The paths that were asked for. */
  paths: Set<string>;
  /** How often somebody had it already. */
  unchanged: number;
};

/** Over HTTPS, in a network namespace. Ends with the test or suite. Needs openssl. */
export async function startEtagSite(
  t: Pick<TestContext, 'after'>,
  at: { namespace: string; address: string; port: number },
): Promise<EtagSite> {
  const { cert, key } = await makeCertificate(at.address);
  const site: EtagSite = {
    url: `https://${at.address}:${at.port}`,
    certificate: cert,
    ...{ text: '', status: 200, paths: new Set(), unchanged: 0 },
  };
  const server = createServer({ cert, key }, ({ url, headers }, response) => {
    site.paths.add(url!);
    const etag = `"${createHash('sha256').update(site.text).digest('hex')}"`;
    const isSame = site.status === 200 && headers['if-none-match'] === etag;
    if (isSame) site.unchanged++;
    response.writeHead(isSame ? 304 : site.status, { etag });
    response.end(isSame ? undefined : site.text);
  });
  await listenTcp(server, at);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return site;
}

async function makeCertificate(address: string): Promise<{ cert: string; key: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-site-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const subject = ['-subj', '/CN=site', '-addext', `subjectAltName=IP:${address}`];
  const files = ['-keyout', key, '-out', cert];
  const { code, stderr } = await run('openssl', ['req', '-x509', ...kind, ...subject, ...files]);
  if (code !== 0) throw new Error(stderr);
  const made = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}
