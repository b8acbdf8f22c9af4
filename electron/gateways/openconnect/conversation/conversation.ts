import { fail, type Failure } from '../../../../shared/failure.ts';
import type { Answer, Prompt } from '../../../../shared/prompt.ts';
import { shownAs } from '../../../net/endpoint.ts';
import type { Ask, GatewayTarget } from '../../gateway.ts';
import { asksToTypeNumber, complains } from './text-patterns.ts';
import { blameFor } from './refusal.ts';
import { duoMenu } from './duo.ts';
import { Factors } from './factors.ts';
import { isPlainPasscode, shownPrompt } from './form-prompts.ts';
import { FormQuestions } from './form-questions.ts';
import { asSecondSignIn, maxSignInFields, readOcForm, type ReadField, type ReadForm, type ReadSelect } from './forms.ts';
import type { OcForm } from '../process/messages.ts';
import { groupReply, isRinging, numberIn, pushReply, whatOf, type Reply } from './reply.ts';
import { hasRole, isMessageOnly, isNameAlone, Round, type Sent } from './round.ts';
import { pushLastsMs, type Factor, type FactorStart } from './second-factor.ts';
import { TypedAnswers } from './typed-answers.ts';

/** Thrown when the library has to start the sign-in over. The next question shows what went wrong. */
export class StartAgain extends Error {
  override readonly name = 'StartAgain';
}

/** Most forms in a row that need no answer from the person, and most forms in all. */
const maxUnasked = 20;
const maxForms = 100;
/** The form that asks which gateway to use, after sign-in at the portal (`auth-globalprotect.c`). */
const portalForm = '_portal';

/**
 * The whole sign-in, over as many runs of the library as it takes. It decides what each form means ({@link Round}), what to
 * ask the person, and what to send back. Each form is a question of its own, and an answer is sent only to the question it
 * was given for ({@link TypedAnswers}).
 */
export class Conversation {
  private readonly typed = new TypedAnswers();
  private readonly factors: Factors;
  private readonly questions: FormQuestions;
  private readonly acceptedBanners = new Set<string>();
  private round = new Round();
  private failure: Failure | null = null;
  private forms = 0;
  private unaskedInARow = 0;
  private unclearRefusals = 0;
  private arrivedAt = 0;

  constructor(
    private readonly target: GatewayTarget,
    private readonly ask: Ask,
    private readonly signal: AbortSignal,
  ) {
    const asking = { profile: target.profile, put: (prompt: Prompt) => this.put(prompt), takeFailure: () => this.retry() };
    this.factors = new Factors({ ...asking, signal });
    this.questions = new FormQuestions({ ...asking, typed: this.typed, ownWords: this.factors.ownWords });
  }

  /** The user ID as the person typed it. */
  get userTyped(): string {
    return this.typed.user ?? '';
  }

  /** Whether anything was sent to the gateway in this run of the library. */
  get hasAnswered(): boolean {
    return this.round.last !== null;
  }

  /** Call this when the library starts a new run. */
  begin(): void {
    this.round = new Round();
  }

  /** Answers a form. Throws {@link StartAgain}, `notice-declined`, `gateway-protocol`, or whatever `ask` throws. */
  async reply(raw: OcForm): Promise<Reply> {
    this.count();
    const { protocol } = this.target.profile;
    if (protocol === 'gp' && this.round.formBefore === portalForm && raw.id !== portalForm) this.passPortal();
    let form = this.read(raw);
    await this.showNotice(form.banner);
    // Some gateways end a sign-in this way instead of with an error
    if (raw.fields.length === 0 && form.complains && this.hasAnswered) return this.refused(form.message);
    switch (this.round.meaningOf(form)) {
      case 'new':
        // A second sign-in has its own name and password: do not reuse the first ones
        if (this.round.passwordSent && (hasRole(form, 'password') || isNameAlone(form))) form = asSecondSignIn(form);
        break;
      case 'repeated':
        this.answerAgain(form);
        break;
      case 'restarted':
        return this.refused(form.message, form);
      case 'password-changed':
        this.typed.forgetPassword();
        this.round.passwordSent = false;
        form = this.read(raw);
    }
    this.round.note(form);
    const [field] = form.fields.length === 1 ? form.fields : [];
    const devices = field ? duoMenu(`${form.message}\n${field.label}`, this.factors.ownWords) : null;
    if (field && devices) {
      if (this.round.last?.reach === 'text') this.factors.start = 'passcode';
      // A menu never takes the password, whatever its field is called
      const asked = { ...field, role: 'passcode' as const };
      return this.sendFactor({ ...form, fields: [asked] }, asked, await this.factors.menu(form, devices));
    }
    if (this.isDuringPush(form)) return pushReply(this.round.last, form);
    return this.fill(form);
  }

  /**
   * The gateway refused the last answer. It starts over with `form`, or ended the run with `message`. Asks the person what
   * has to be asked before the password may be sent again, then throws {@link StartAgain}.
   */
  async refused(message: string, form: ReadForm | null = null): Promise<never> {
    const { last, lastMessage: before } = this.round;
    const kind = form ? 'restarted' : 'ended';
    const { failure, then } = blameFor(last, { kind, message, complains: form?.complains ?? false, before, now: this.target.now() });
    this.failure = failure;
    if (last?.reach === 'text') this.factors.start = 'passcode';
    if (then === 'forget') this.typed.forgetPassword();
    else if (then === 'renew') this.typed.renewPassword();
    else await this.suspectPassword(last);
    throw new StartAgain();
  }

  /** Whether a final message without a form is only information, not a refusal. */
  isInformation(text: string): boolean {
    return this.round.last !== null && text !== '' && !complains(text);
  }

  /** Shows the gateway's final message. Throws {@link StartAgain} once the person continues. */
  async showInformation(text: string): Promise<never> {
    const { last } = this.round;
    const reached = last?.reach;
    if (reached === 'push' || reached === 'call') {
      const answer = await this.put({
        kind: 'push',
        device: last?.device ?? '',
        ...(reached === 'call' ? { call: true } : {}),
        over: true,
        message: text,
        ...numberIn(text),
        deadline: (last?.at ?? this.target.now()) + pushLastsMs,
      });
      if (answer.kind === 'instead' && answer.method !== 'done') this.leavePush(answer.method);
    } else await this.put({ kind: 'fields', message: text, fields: [], selects: [] });
    throw new StartAgain();
  }

  /** The person chose another second factor instead of a pending push. By that choice the password may be sent once more. */
  leavePush(start: FactorStart): never {
    this.factors.start = start;
    this.typed.renewPassword();
    throw new StartAgain();
  }

  private count(): void {
    this.forms += 1;
    this.unaskedInARow += 1;
    this.arrivedAt = this.target.now();
    if (this.unaskedInARow <= maxUnasked && this.forms <= maxForms) return;
    throw fail('gateway-protocol', { host: shownAs(this.target) }, { detail: 'too many forms' });
  }

  private read(raw: OcForm): ReadForm {
    const { profile } = this.target;
    const form = readOcForm(raw, {
      protocol: profile.protocol,
      host: shownAs(this.target),
      passwordGiven: this.round.passwordSent,
      secondStepExpected: profile.secondFactor === 'otp-field' || profile.secondFactor === 'duo-challenge',
      newPasswordWords: profile.newPasswordWords ?? [],
      afterNewPassword: this.round.askedNewPassword,
    });
    return form.fields.length > maxSignInFields ? asSecondSignIn(form) : form;
  }

  /** The last question came back. The person sees what was wrong, and the sign-in goes on. */
  private answerAgain(form: ReadForm): void {
    const { last } = this.round;
    if (last?.reach === 'text') this.factors.start = 'passcode';
    else
      this.failure = blameFor(last, {
        kind: 'repeated',
        message: form.message,
        complains: form.complains,
        before: '',
        now: this.target.now(),
      }).failure;
  }

  /**
   * The gateway does not say whether the password or the second factor was wrong. The first time, asks for the second factor
   * again; that answer allows the password to be sent again. The second time, asks for both.
   */
  private async suspectPassword(last: Sent | null): Promise<void> {
    this.unclearRefusals += 1;
    if (this.unclearRefusals % 2 === 0) {
      this.typed.forgetPassword();
      return;
    }
    // If both are in one form, the form itself asks again before anything is sent
    const isAsked = last?.what === 'both' || (last?.what === 'fields' ? await this.questions.askAgain() : await this.factors.askAgain());
    if (isAsked) this.typed.renewPassword();
  }

  private async showNotice(banner: string): Promise<void> {
    if (banner === '' || this.acceptedBanners.has(banner)) return;
    const answer = await this.put({ kind: 'notice', when: this.hasAnswered ? 'after' : 'before', text: banner });
    if (answer.kind !== 'notice' || !answer.proceed) throw fail('notice-declined');
    this.acceptedBanners.add(banner);
  }

  /** GlobalProtect's portal accepted the sign-in. The gateway behind it starts over, with the same password and a code of its own. */
  private passPortal(): void {
    const what = this.round.last?.what;
    if (what !== 'passcode' && what !== 'reach') return;
    this.round = new Round();
    this.typed.renewPassword();
  }

  /** Whether a form has nothing to fill in and arrives while a phone rings. The person started the push, or the form's message says that the gateway did. */
  private isDuringPush(form: ReadForm): boolean {
    const { last } = this.round;
    if (last === null || !isMessageOnly(form)) return false;
    const isRung = last.reach === 'push' || last.reach === 'call';
    if (!isRung && this.round.passwordSent && asksToTypeNumber(form.message)) {
      // The gateway sent a push without being asked
      this.round.last = { ...last, reach: 'push', device: '', at: this.target.now() };
      return true;
    }
    return isRung;
  }

  /** Sends the second factor in its field, with the other values that are already known. */
  private sendFactor(form: ReadForm, field: ReadField, factor: Factor, known: ReadonlyMap<number, string> = new Map()): Reply {
    return this.send(form, new Map([...known, [field.index, factor.kind === 'reach' ? factor.id : factor.passcode]]), factor);
  }

  /** Fills a form with what is known, asks for the rest, and asks for the second factor if this form takes it. */
  private async fill(form: ReadForm): Promise<Reply> {
    const { secondFactor, realm } = this.target.profile;
    const values = new Map<number, string>();
    const isSecond = (field: ReadField) => secondFactor === 'duo-second-password' && field.role === 'second-password';
    // The code has its own screen, after the one whose answer may be remembered
    const code =
      secondFactor === 'otp-field' && hasRole(form, 'password') ? form.fields.find(({ role }) => role === 'passcode') : undefined;
    const { selects, unoffered } = this.questions.choices(form, values);
    const fields: ReadField[] = [];
    for (const field of form.fields) {
      const known = this.typed.known(field, { realm, suspected: this.failure !== null });
      if (isSecond(field) || field === code) continue;
      if (known === null) fields.push(field);
      else values.set(field.index, known);
    }
    const [first] = fields;
    if (first && isPlainPasscode(form, fields, selects)) return this.sendFactor(form, first, await this.factors.code(form, first), values);
    const reach = this.needsQuestion(form, fields, selects) ? await this.questions.ask(form, { fields, selects, unoffered }, values) : null;
    const group = form.selects.find(
      (select) => select.isGroup && values.get(select.index) !== undefined && values.get(select.index) !== select.value,
    );
    if (group) return this.changeGroup(group, values.get(group.index) ?? '');
    if (code) return this.sendFactor(form, code, await this.factors.codeBeside(code), values);
    return this.confirm(form, values, form.fields.filter(isSecond), reach);
  }

  private needsQuestion(form: ReadForm, fields: readonly ReadField[], selects: readonly ReadSelect[]): boolean {
    if (fields.length > 0 || selects.length > 0) return true;
    // Nothing to fill in, but something to read
    return isMessageOnly(form) && form.message !== '';
  }

  /** The person chose another group. It has another form: send only the group's name, and the library fetches that form. */
  private changeGroup(group: ReadSelect, value: string): Reply {
    this.typed.choose(group, value);
    this.round.fetchGroup();
    return groupReply(group, value);
  }

  /** Adds the second factor, for gateways that take it in the same form as the password. */
  private async confirm(form: ReadForm, values: Map<number, string>, seconds: readonly ReadField[], reach: Factor | null): Promise<Reply> {
    const [second] = seconds;
    if (second) return this.sendFactor(form, second, await this.factors.word(), values);
    const password = form.fields.find(({ role }) => role === 'password');
    if (this.target.profile.secondFactor !== 'append' || !password) return this.send(form, values, reach);
    const { value, factor } = await this.factors.append(values.get(password.index) ?? '');
    values.set(password.index, value);
    return this.send(form, values, factor);
  }

  private send(form: ReadForm, values: ReadonlyMap<number, string>, factor: Factor | null): Reply {
    const sent = form.fields.filter(({ index }) => values.has(index));
    const withPassword = sent.some(({ role }) => role === 'password');
    if (withPassword) this.typed.spendPassword();
    const reached = factor?.kind === 'reach' ? factor : null;
    const what = whatOf(sent, factor, withPassword);
    const { now } = this.target;
    // A form with only a message sends nothing: keep what was sent before it
    if (what !== null)
      this.round.send(
        { what, reach: reached?.does ?? null, device: reached?.device ?? '', form, arrivedAt: this.arrivedAt, at: now() },
        withPassword,
      );
    const list = [...values].map(([index, value]) => ({ index, value }));
    // After a form with only a message the phone may have been ringing since the password was sent, so wait as long
    const isOut = isMessageOnly(form) && this.round.last !== null;
    const secret = isOut || factor !== null || sent.some(({ role, secret: isSecret }) => isSecret || role === 'passcode');
    return { answer: { kind: 'form', result: 'ok', values: list }, push: isRinging(reached) ? reached : null, secret, pushMessage: null };
  }

  private retry(): { failure?: Failure } {
    const { failure } = this;
    this.failure = null;
    return failure ? { failure } : {};
  }

  private async put(prompt: Prompt): Promise<Answer> {
    const answer = await this.ask(shownPrompt(prompt, shownAs(this.target)), { signal: this.signal });
    this.unaskedInARow = 0;
    return answer;
  }
}
