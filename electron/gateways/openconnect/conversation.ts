import { fail, type Failure } from '../../../shared/failure.ts';
import { rings, type Answer, type FactorDevice, type Prompt } from '../../../shared/prompt.ts';
import { shownAs } from '../../trust/endpoint.ts';
import type { Ask, GatewayTarget } from '../gateway.ts';
import { duoMenu, wordDevice } from './duo.ts';
import { choiceNamed, isPlainPasscode, promptFor, shownPrompt } from './form-prompts.ts';
import { readOcForm, type ReadField, type ReadForm, type ReadSelect, type Role } from './forms.ts';
import type { OcAnswer, OcForm } from './messages.ts';
import { chooseFactor, pushFailure, type Factor, type FactorStart } from './second-factor.ts';
import { Typed } from './typed.ts';

/** The library's sign-in has to begin anew: what went wrong is told with the next question. */
export class StartAgain extends Error {
  override readonly name = 'StartAgain';
}

/** What goes back to the library. With `push`, the gateway now waits for somebody to answer that device. */
export interface Reply {
  answer: Extract<OcAnswer, { kind: 'form' }>;
  push: FactorDevice | null;
}

/** Forms in a row that nobody had to answer, and forms in all. */
const maxUnasked = 20;
const maxForms = 100;
/** Asks which gateway, once the portal has let the person in (`auth-globalprotect.c`). */
const portalForm = '_portal';
/** A refusal of what a person took longer over is no word about what they typed. */
const patienceMs = 120_000;

type Given = 'credentials' | 'passcode' | 'push' | 'fields' | 'nothing';

/**
 * The sign-in as a whole: what was typed, which form it was for, and what a form that comes back means. It outlives the
 * library's own sign-ins, of which a wrong answer may need another. Holds secrets in memory until the sign-in is over.
 */
export class Conversation {
  private readonly typed = new Typed();
  private readonly noticed = new Set<string>();
  private failure: Failure | null = null;
  private factorStart: FactorStart = 'choose';
  private forms = 0;
  private unasked = 0;
  private togetherRefused = 0;
  /** This gateway has a field for the code beside the password's. */
  private codeGoesAlong = false;
  // Of the present sign-in of the library's
  private seen = new Map<string, Set<string>>();
  private given: Given = 'nothing';
  private newGroup = false;
  private formBefore = '';
  private changedPassword = false;
  private arrivedAt = 0;
  private sentAt = 0;
  private lastMessage = '';

  constructor(
    private readonly target: GatewayTarget,
    private readonly ask: Ask,
    private readonly signal: AbortSignal,
  ) {}

  /** The user ID as it was typed. */
  get userTyped(): string {
    return this.typed.user ?? '';
  }

  /** Whether the gateway was given anything in the present sign-in of the library's. */
  get hasAnswered(): boolean {
    return this.given !== 'nothing';
  }

  /** The library starts a sign-in. */
  begin(): void {
    this.seen = new Map();
    this.given = 'nothing';
    this.typed.begin();
    this.newGroup = false;
    this.formBefore = '';
    this.lastMessage = '';
  }

  /** Answers a form. Throws {@link StartAgain}, `notice-declined`, `gateway-protocol` or what asking throws. */
  async reply(raw: OcForm): Promise<Reply> {
    this.forms += 1;
    this.unasked += 1;
    this.arrivedAt = this.target.now();
    const host = shownAs(this.target);
    if (this.unasked > maxUnasked || this.forms > maxForms) throw fail('gateway-protocol', { host }, { detail: 'forms without end' });
    const { profile } = this.target;
    if (profile.protocol === 'gp' && this.formBefore === portalForm && raw.id !== portalForm) this.passPortal();
    const form = readOcForm(raw, {
      protocol: profile.protocol,
      host,
      passwordGiven: this.typed.passwordSent,
      secondStepExpected: profile.secondFactor === 'otp-field' || profile.secondFactor === 'duo-challenge',
    });
    await this.showNotice(form.banner);
    if (this.isRefusal(form)) {
      // What only this gateway asks is asked once more, with what it has to say about it
      if (this.given === 'fields') this.failure = { code: 'answer-rejected' };
      else this.refused(form.message);
    }
    this.note(form);
    const devices = form.fields.length === 1 ? duoMenu(`${form.message}\n${form.fields[0]?.label ?? ''}`) : null;
    if (devices) return this.menu(form, devices);
    return this.fill(form);
  }

  /** The gateway refused the present sign-in for good. Throws {@link StartAgain}, or what cannot be tried again. */
  refused(message: string): never {
    const { given } = this;
    const tookMs = this.target.now() - this.sentAt;
    const late = this.sentAt - this.arrivedAt > patienceMs;
    this.given = 'nothing';
    switch (given) {
      case 'passcode':
        this.failure = { code: 'passcode-wrong' };
        this.doubtPassword();
        break;
      case 'push':
        this.failure = pushFailure(message || this.lastMessage, tookMs);
        this.factorStart = 'choose';
        if (this.failure.code === 'push-refused-at-once' && this.goTogether) this.typed.password = null;
        break;
      case 'fields':
        this.failure = { code: 'answer-rejected' };
        break;
      case 'credentials':
      case 'nothing':
        this.forgetPassword();
    }
    if (late && given !== 'push') this.failure = { code: 'sign-in-timed-out' };
    throw new StartAgain();
  }

  /** The person left a push for another way. */
  leavePush(start: FactorStart): never {
    this.factorStart = start;
    throw new StartAgain();
  }

  /** Where password and code go in together, the gateway does not say which was wrong: the second time both are asked for. */
  private doubtPassword(): void {
    if (!this.goTogether) return;
    this.togetherRefused += 1;
    if (this.togetherRefused % 2 === 0) this.typed.password = null;
  }

  /** Whether the second factor goes in the same form as the password. */
  private get goTogether(): boolean {
    const { secondFactor } = this.target.profile;
    return this.codeGoesAlong || secondFactor === 'append' || secondFactor === 'duo-second-password';
  }

  private forgetPassword(): void {
    this.typed.password = null;
    this.failure = { code: 'sign-in-rejected' };
  }

  private async showNotice(banner: string): Promise<void> {
    if (banner === '' || this.noticed.has(banner)) return;
    const answer = await this.put({ kind: 'notice', when: this.hasAnswered ? 'after' : 'before', text: banner });
    if (answer.kind !== 'notice' || !answer.proceed) throw fail('notice-declined');
    this.noticed.add(banner);
  }

  private get givenFactor(): boolean {
    return this.given === 'passcode' || this.given === 'push';
  }

  /** GlobalProtect's portal was content. The gateway behind it begins anew: with the same password, and a code of its own. */
  private passPortal(): void {
    if (!this.givenFactor) return;
    this.seen = new Map();
    this.given = 'nothing';
    this.typed.begin();
  }

  /** Whether this form means that the last answer was no good: it was here before, or a code's question became a password's. */
  private isRefusal(form: ReadForm): boolean {
    if (this.given === 'nothing') return false;
    if (this.newGroup) {
      this.newGroup = false;
      return false;
    }
    const before = this.seen.get(form.signature);
    // Back at the password after a code, or with a complaint: what followed it was no good
    // A password that was changed is asked for: nothing was refused, and the one from before is no good
    if (this.given === 'fields' && this.changedPassword && hasRole(form, 'password') && !form.complains) {
      this.typed.password = null;
      this.typed.passwordSent = false;
      return false;
    }
    const begun = this.typed.passwordSent && hasRole(form, 'user', 'password');
    if (before === undefined) return begun && (form.complains || this.givenFactor);
    // One challenge may follow another in the same form; the same words, or a complaint, are the same challenge again
    return !isChallenge(form) || form.complains || before.has(form.message);
  }

  private note(form: ReadForm): void {
    const words = this.seen.get(form.signature) ?? new Set();
    words.add(form.message);
    this.seen.set(form.signature, words);
    this.formBefore = form.id;
    this.changedPassword = form.changesPassword;
    this.lastMessage = form.message;
  }

  /** A numbered menu: a number sends a push, anything else is a code. */
  private async menu(form: ReadForm, devices: readonly FactorDevice[]): Promise<Reply> {
    const factor = await this.factor(devices);
    const [field] = form.fields;
    if (!field) throw fail('internal');
    return this.send(form, new Map([[field.index, factor.kind === 'push' ? factor.device.id : factor.passcode]]), factor);
  }

  private async passcode(
    form: ReadForm,
    field: ReadField,
    known: ReadonlyMap<number, string>,
    message = form.message || form.title,
  ): Promise<Reply> {
    const answer = await this.put({
      kind: 'passcode',
      lengths: [],
      only: true,
      ...(message && { message }),
      ...this.retry(),
    });
    // There is no other way here than a code: asked for one, the same question again
    if (answer.kind !== 'passcode') return this.passcode(form, field, known, message);
    const { passcode } = answer;
    return this.send(form, new Map([...known, [field.index, passcode]]), { kind: 'passcode', passcode });
  }

  /** Fills a form with what is known, asks for the rest, and has the second factor where it is part of this form. */
  private async fill(form: ReadForm): Promise<Reply> {
    const { secondFactor, realm } = this.target.profile;
    const values = new Map<number, string>();
    const isSecond = (field: ReadField) => secondFactor === 'duo-second-password' && field.role === 'second-password';
    // It has a screen of its own, after the one whose answer may be kept
    const code =
      secondFactor === 'otp-field' && hasRole(form, 'password') ? form.fields.find(({ role }) => role === 'passcode') : undefined;
    const selects: ReadSelect[] = [];
    for (const select of form.selects) {
      const chosen =
        this.typed.chosenBefore(select) ??
        (realm === undefined ? null : choiceNamed(select, realm)) ??
        (select.options.length === 1 ? select.options[0]?.value : null);
      // A way to confirm that has a phone ring is chosen by the person, each time anew
      const isKnown = chosen != null && !rings({ options: select.options, group: select.isGroup }, chosen);
      if (isKnown) values.set(select.index, chosen);
      else selects.push(select);
    }
    const fields: ReadField[] = [];
    for (const field of form.fields) {
      const known = this.typed.known(field, { realm, doubted: this.failure !== null });
      if (isSecond(field) || field === code) continue;
      if (known === null) fields.push(field);
      else values.set(field.index, known);
    }
    const [first] = fields;
    if (first && isPlainPasscode(form, fields, selects)) return this.passcode(form, first, values);
    if (this.needsQuestion(form, fields, selects)) await this.askFor(form, fields, selects, values);
    const group = form.selects.find(
      (select) => select.isGroup && values.get(select.index) !== undefined && values.get(select.index) !== select.value,
    );
    if (group) return this.changeGroup(group, values.get(group.index) ?? '');
    if (code) {
      this.codeGoesAlong = true;
      return this.passcode(form, code, values, code.label);
    }
    return this.confirm(form, values, form.fields.filter(isSecond));
  }

  private needsQuestion(form: ReadForm, fields: readonly ReadField[], selects: readonly ReadSelect[]): boolean {
    if (fields.length > 0 || selects.length > 0) return true;
    // Nothing to fill in, but something to read
    return !form.web && form.fields.length === 0 && form.selects.length === 0 && form.message !== '';
  }

  private async askFor(
    form: ReadForm,
    fields: readonly ReadField[],
    selects: readonly ReadSelect[],
    values: Map<number, string>,
  ): Promise<void> {
    const ask = { fields, selects };
    const lone = form.fields.length === 1 && form.fields[0]?.role === 'user';
    const passwordFollows = lone && this.target.profile.protocol === 'anyconnect' && this.typed.password === null;
    const prompt = promptFor(form, { ...ask, user: this.typed.user, passwordFollows }, this.retry());
    this.typed.take(await this.put(prompt), ask, values);
  }

  /** Another group has another form: only its name goes back, and the library fetches that. */
  private changeGroup(group: ReadSelect, value: string): Reply {
    this.typed.choose(group, value);
    this.newGroup = true;
    return { answer: { kind: 'form', result: 'new-group', values: [{ index: group.index, value }] }, push: null };
  }

  /** The last touch: the second factor of gateways that take it in the same form. */
  private async confirm(form: ReadForm, values: Map<number, string>, seconds: readonly ReadField[]): Promise<Reply> {
    const { secondFactor } = this.target.profile;
    const [second] = seconds;
    const password = form.fields.find(({ role }) => role === 'password');
    if (second) {
      const factor = await this.factor(wordDevice());
      values.set(second.index, factor.kind === 'push' ? 'push' : factor.passcode);
      return this.send(form, values, factor);
    }
    if (secondFactor === 'append' && password) {
      const factor = await this.factor(wordDevice());
      const typed = values.get(password.index) ?? '';
      values.set(password.index, factor.kind === 'push' ? typed : `${typed},${factor.passcode}`);
      return this.send(form, values, factor);
    }
    return this.send(form, values, null);
  }

  private async factor(devices: readonly FactorDevice[]): Promise<Factor> {
    const start = this.factorStart;
    this.factorStart = 'choose';
    const { failure } = this;
    this.failure = null;
    const ask: Ask = (prompt) => this.put(prompt);
    return chooseFactor(ask, devices, start, failure, this.signal);
  }

  private send(form: ReadForm, values: ReadonlyMap<number, string>, factor: Factor | null): Reply {
    const roles = form.fields.filter(({ index }) => values.has(index)).map(({ role }) => role);
    if (roles.includes('password')) this.typed.passwordSent = true;
    if (factor) this.given = factor.kind;
    else if (roles.includes('user') || roles.includes('password')) this.given = 'credentials';
    else if (roles.includes('passcode')) this.given = 'passcode';
    else if (roles.length > 0) this.given = 'fields';
    this.sentAt = this.target.now();
    const list = [...values].map(([index, value]) => ({ index, value }));
    return { answer: { kind: 'form', result: 'ok', values: list }, push: factor?.kind === 'push' ? factor.device : null };
  }

  private retry(): { failure?: Failure } {
    const { failure } = this;
    this.failure = null;
    return failure ? { failure } : {};
  }

  private async put(prompt: Prompt): Promise<Answer> {
    const answer = await this.ask(shownPrompt(prompt, shownAs(this.target)), { signal: this.signal });
    this.unasked = 0;
    return answer;
  }
}

/** A field for one answer, with or without the name that is known. */
function isChallenge({ fields }: ReadForm): boolean {
  if (fields.length === 1) return true;
  const [only, ...more] = fields.filter(({ role }) => role !== 'user');
  return only?.role === 'passcode' && more.length === 0;
}

function hasRole(form: ReadForm, ...roles: readonly Role[]): boolean {
  return form.fields.some(({ role }) => roles.includes(role));
}
