import { fail } from '../../shared/failure.ts';
import { CertificateQuestion } from '../net/tls.ts';
import type { Ask } from './gateway.ts';

/** Connects. If the verifier cannot decide on the certificate, asks the person once. Fails with `certificate-declined` if they refuse. */
export async function connectWithConsent<T>(connect: () => Promise<T>, ask: Ask, signal: AbortSignal): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    if (!(error instanceof CertificateQuestion)) throw error;
    const { host } = error.prompt;
    const answer = await ask(error.prompt, { signal });
    if (answer.kind !== 'certificate' || !answer.accept) throw fail('certificate-declined', { host });
    // The verifier knows the answer by now. A second question would mean that the server changed in between
    try {
      return await connect();
    } catch (again) {
      throw again instanceof CertificateQuestion ? fail('certificate-untrusted', { host }) : again;
    }
  }
}
