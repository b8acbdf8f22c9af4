import { basename, isAbsolute } from 'node:path';
import { fail, type Failure } from '../../../../shared/failure.ts';
import { shownAs } from '../../../net/endpoint.ts';
import type { Ask, GatewayTarget } from '../../gateway.ts';
import { shownPrompt } from './form-prompts.ts';

/** The person's certificate for one sign-in: its file, and its passphrase while that is needed. Nothing is stored. */
export class ClientCertificate {
  /** The certificate file, once one is chosen. */
  file: string | null = null;
  private passphrase: string | null = null;
  private used = false;
  /** The library asked for the passphrase of this file. */
  private locked = false;

  constructor(
    private readonly target: GatewayTarget,
    private readonly ask: Ask,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Asks for the file, and for its passphrase once the library needs one. Most people have the path remembered, so that the
   * passphrase is the only question. Fails with `client-certificate-missing` if no file is given.
   */
  async choose(code: Failure['code'] | null): Promise<void> {
    const host = shownAs(this.target);
    const file = this.file === null ? null : basename(this.file);
    const failure: Failure | null = code === null ? null : { code, params: { host, ...(file === null ? {} : { file }) } };
    const prompt = shownPrompt(
      {
        kind: 'client-certificate',
        host: host.slice(0, 200),
        ...(file === null ? {} : { file: file.slice(0, 200) }),
        wantsPassphrase: this.locked,
        ...(failure ? { failure } : {}),
      },
      host,
    );
    const answer = await this.ask(prompt, { signal: this.signal });
    if (answer.kind !== 'client-certificate') throw fail('request-invalid', undefined, { detail: answer.kind });
    const chosen = answer.file ?? this.file;
    if (chosen === null || !isAbsolute(chosen)) throw fail('client-certificate-missing', { host });
    if (chosen !== this.file) this.locked = false;
    this.file = chosen;
    this.passphrase = answer.passphrase ?? null;
    this.used = false;
  }

  /** Call this when the library starts a new run. */
  begin(): void {
    this.used = false;
  }

  /** The passphrase, once in each run of the library. Null: there is none yet, or it was wrong. */
  take(): string | null {
    this.locked = true;
    if (this.used) return null;
    this.used = true;
    return this.passphrase;
  }

  /** Whether the person gave a passphrase for this file. */
  get tried(): boolean {
    return this.passphrase !== null;
  }
}
