import { fail } from '../../shared/failure.ts';
import { CertificateQuestion } from '../net/tls.ts';
import type { Ask } from './gateway.ts';

/** Connects; where nobody vouches for the server, the person is asked once. Fails with `certificate-declined` after a no. */
export async function connectWithConsent<T>(connect: () => Promise<T>, ask: Ask, signal: AbortSignal): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    if (!(error instanceof CertificateQuestion)) throw error;
    const { host } = error.prompt;
    const answer = await ask(error.prompt, { signal });
    if (answer.kind !== 'certificate' || !answer.accept) throw fail('certificate-declined', { host });
    // Whoever answered has told the verifier; a second question would mean that the server changed in between
    try {
      return await connect();
    } catch (again) {
      throw again instanceof CertificateQuestion ? fail('certificate-untrusted', { host }) : again;
    }
  }
}
