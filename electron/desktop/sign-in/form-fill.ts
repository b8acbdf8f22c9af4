import type { WebContents } from 'electron';
import type { FormFill } from '../../gateways/sign-in-page.ts';
import { atMost } from '../../net/deadline.ts';
import { formScript, foundBy, selectorsOf, type FormTask, type Found } from './form-script.ts';

/**
 * The one place where Causeway types into a page that is not its own: it fills in the campus's sign-in form, once an
 * attempt, after the person pressed Sign in or Connect for it. docs/security.md says why, and what it never does.
 */

const defaultFormWaitMs = 10_000;
/** How long the page with the form may take to show an error about what was filled in. */
const errorWaitMs = 30_000;
/** The same for the next page. If it has an error, it shows it at once. */
const nextErrorWaitMs = 2_000;
/** Added to a script's own time: Electron runs no script in a page before it has loaded, and some pages never finish loading. */
const loadWaitMs = 60_000;
/** A script never returns if its page navigates away. */
const fillWaitMs = 5_000;

/** An isolated world of our own: the page's scripts cannot see or change what runs there. */
const isolatedWorldId = 2_001;

export interface FormFillOptions {
  /** The page rejected what was filled in, and says so in these words. */
  onError(words: string): void;
  /** The page's form is left to the person, who may expect that it is filled in. */
  onLeft(): void;
  /** Never called with anything that was filled in. */
  log(line: string): void;
  /** How long a page may take to show its form after it has loaded. After that the person fills it in. Default: ten seconds. */
  formWaitMs?: number | undefined;
}

/**
 * How far the filling is. `before`: no values have been sent. `sent`: a script with the values was started, whatever it did.
 * `over`: the page has moved on to another host, or the person fills in the form.
 */
type Stage = 'before' | 'sent' | 'over';

/** Fills in the form on the pages of one sign-in. Call {@link stop} when the sign-in ends. */
export class FormFiller {
  readonly #contents: WebContents;
  readonly #fill: FormFill;
  readonly #options: FormFillOptions;
  readonly #origins: readonly string[];
  #stage: Stage = 'before';
  /** Counts documents, so that an answer from an earlier one is ignored. */
  #document = 0;

  constructor(contents: WebContents, fill: FormFill, options: FormFillOptions) {
    this.#contents = contents;
    this.#fill = fill;
    this.#options = options;
    this.#origins = fill.hosts.flatMap((host) => URL.parse(`https://${host}`)?.origin ?? []);
    contents.on('did-navigate', this.#onNavigate);
  }

  stop(): void {
    this.#document += 1;
    this.#leave();
    if (!this.#contents.isDestroyed()) this.#contents.off('did-navigate', this.#onNavigate);
  }

  readonly #onNavigate = (_event: unknown, address: string): void => {
    this.#document += 1;
    void this.#visit(address, this.#document);
  };

  /** Never rejects. */
  async #visit(address: string, id: number): Promise<void> {
    if (this.#stage === 'over') return;
    const origin = URL.parse(address)?.origin ?? '';
    if (!this.#origins.includes(origin)) {
      // This is past the form, such as the second factor's page. A later form's error is not about the values that were sent
      if (this.#stage === 'sent') this.#stage = 'over';
      return;
    }
    if (this.#stage === 'sent') return this.#watch(origin, id, true);
    const { formWaitMs = defaultFormWaitMs } = this.#options;
    const found = await this.#run({ does: 'look', origin, waitMs: formWaitMs }, loadWaitMs);
    if (this.#document !== id) return;
    if (found?.state === 'ready') return this.#send(origin, id);
    this.#options.log(`sign-in page: its form is left to the person (${found?.state ?? 'no answer'})`);
    this.#options.onLeft();
    // A page without the form may lead to the page with it. Every other reason is about the form itself, and stays true in this attempt
    if (found && found.state !== 'absent' && found.state !== 'elsewhere') this.#leave();
  }

  async #send(origin: string, id: number): Promise<void> {
    this.#stage = 'sent';
    const filled = await this.#fillIn(origin);
    this.#options.log(`sign-in page: its form was filled in (${filled?.state ?? 'the page went on'})`);
    if (this.#document !== id) return;
    if (filled && filled.state !== 'filled') {
      this.#leave();
      this.#options.onLeft();
    } else await this.#watch(origin, id, false);
  }

  /** This is a separate method so that no variable holds the values while the page is watched. */
  async #fillIn(origin: string): Promise<Found | null> {
    const values = this.#fill.take();
    return values ? this.#run({ does: 'fill', origin, waitMs: 0, values }, fillWaitMs) : null;
  }

  /** @param isNext whether this is a later page than the one that was filled in */
  async #watch(origin: string, id: number, isNext: boolean): Promise<void> {
    const waitMs = isNext ? nextErrorWaitMs : errorWaitMs;
    const found = await this.#run({ does: 'watch', origin, waitMs }, waitMs + loadWaitMs);
    if (this.#document !== id || this.#stage !== 'sent') return;
    if (found?.state === 'error') {
      this.#stage = 'over';
      this.#options.onError(found.message ?? '');
    }
    // The page asks again without an error. From now on, its errors are about what the person types
    else if (isNext && found?.state !== 'absent') {
      this.#stage = 'over';
      this.#options.onLeft();
    }
  }

  #leave(): void {
    this.#stage = 'over';
    this.#fill.take();
  }

  /** Null if the page gave no answer in time. Script errors are not logged, because they could quote the script. */
  async #run(task: Omit<FormTask, 'selectors' | 'origins'>, timeoutMs: number): Promise<Found | null> {
    const code = formScript({ ...task, selectors: selectorsOf(this.#fill.form), origins: this.#origins });
    let found: Found | null = null;
    const running = this.#contents.executeJavaScriptInIsolatedWorld(isolatedWorldId, [{ code }]).then(
      (value: unknown) => (found = foundBy(value)),
      () => null,
    );
    await atMost(timeoutMs, running);
    return found;
  }
}
