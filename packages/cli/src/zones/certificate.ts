import { createSecureContext } from 'node:tls';
import type { Certificate } from '@pointsman/zones/api';
import { Outcome } from '../outcome.ts';
import { readText } from '../read-text.ts';

export type CertificateFiles = { cert: string; key: string };

/** Both files, or none. @throws Outcome for one without the other */
export function requirePair(cert: string | undefined, key: string | undefined): CertificateFiles | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert, key };
  throw new Outcome(2, '--tls-cert and --tls-key belong together: name both files, or none');
}

/** @throws Outcome for files that cannot be read, are no PEM, or do not belong together */
export function readCertificate(files: CertificateFiles): Certificate {
  const certificate = { cert: readText(files.cert), key: readText(files.key) };
  try {
    createSecureContext(certificate);
    return certificate;
  } catch (error) {
    throw new Outcome(
      2,
      `${files.cert} and ${files.key} are no certificate and its key: ${(error as Error).message}`,
    );
  }
}
