import { startCampus, type Campus } from '../../../campus/campus.ts';
import type { AccessStateOf } from '../../../shared/access-state.ts';
import type { Answer, PromptKind } from '../../../shared/prompt.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { credentials, proceed } from '../access.ts';
import { startApp, when, type AppRun } from '../app.ts';
import type { ProxyAccess } from '../portal-load.ts';

/** Long enough for two of the app's own 15-second timeouts in a row. */
const giveUpAfterMs = 45_000;
const password = 'cell-door-lamp-9';
const papers = { dateOfBirth: '2004-03-15', lastFour: '4821' };

/** A campus with people `person-0` and so on, each with their own phone. */
export function startCrowdedCampus(count: number): Promise<Campus> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return startCampus({
    people: {
      people: numbers.map((index) => ({
        userId: `person-${index}`,
        name: `Person ${index}`,
        role: 'student',
        password,
        ...papers,
        devices: [{ name: 'A phone', kind: 'phone', platform: 'ios', phone: `phone-${index}` }],
      })),
      phones: numbers.map((index) => ({ id: `phone-${index}`, label: `Phone ${index}` })),
    },
  });
}

/** One person at a computer: the real application, with one fault proxy before the gateway and another before its loopback proxy. */
export class FaultCell {
  private constructor(
    private readonly campus: Campus,
    private readonly number: number,
    /** Between client and gateway. */
    readonly line: FaultProxy,
    /** Between the portal view and the loopback proxy. */
    readonly viewLine: FaultProxy,
    readonly run: AppRun,
    private readonly profileId: string,
  ) {}

  static async open(campus: Campus, number: number): Promise<FaultCell> {
    const line = await startFaultProxy({ port: campus.port });
    const { profile } = campus;
    const connectTo = profile.connectTo?.map((entry) =>
      entry.loopbackPort === campus.port ? { ...entry, loopbackPort: line.port } : entry,
    );
    const run = await startApp([{ ...profile, connectTo: connectTo ?? [] }]);
    const viewLine = await startFaultProxy({ port: run.proxy.port });
    return new FaultCell(campus, number, line, viewLine, run, profile.id);
  }

  get access() {
    return this.run.app.state.access;
  }

  /** The loopback proxy, through the fault proxy in front of it. */
  get viewProxy(): ProxyAccess {
    return { ...this.directProxy, port: this.viewLine.port };
  }

  /** The loopback proxy itself. */
  get directProxy(): ProxyAccess {
    const { port, username, secret } = this.run.proxy;
    return { port, username, secret };
  }

  /** What the recovery site asks this person for. */
  get recovery() {
    return { role: 'student', userId: `person-${this.number}`, password, ...papers };
  }

  get authorityPem(): string {
    return this.campus.authority.pem;
  }

  /** Removes the fault and waits until the session is connected again. */
  async backUp(): Promise<void> {
    await this.line.set({ kind: 'none' });
    if (this.access.kind === 'reconnecting') await this.run.app.verbs.retryNow(undefined);
    await when(this.run.app, ({ access }) => access.kind === 'connected', giveUpAfterMs);
  }

  /** The ids of this person's sessions at the campus. */
  get sessions(): string[] {
    return this.campus.services.sessions.ofPerson(`person-${this.number}`).map(({ id }) => id);
  }

  get pushes() {
    return this.campus.services.factors.waiting(`phone-${this.number}`);
  }

  connect(): Promise<void> {
    return this.run.app.verbs.connect({ profileId: this.profileId });
  }

  /**
   * Goes through the sign-in and answers every question before the named one, which stays open. Without a name it resolves
   * when everything is over: connected, or idle again.
   */
  async goOn(stopAt?: PromptKind): Promise<AccessStateOf<'connected' | 'idle'> | null> {
    const done = new Set<string>();
    for (;;) {
      const { access } = await when(
        this.run.app,
        (state) => {
          const { access: now } = state;
          const asks = now.kind === 'asking' && now.prompt.kind !== 'waiting' && !now.answered && !done.has(now.promptId);
          return asks || now.kind === 'connected' || now.kind === 'idle' ? state : null;
        },
        giveUpAfterMs,
      );
      if (access.kind === 'connected' || access.kind === 'idle') return access;
      if (access.kind !== 'asking') continue;
      if (access.prompt.kind === stopAt) return null;
      done.add(access.promptId);
      await this.answerOpenQuestion(stopAt);
    }
  }

  /** The person's answer to the open question. A push is approved on the phone. */
  async answerOpenQuestion(onTheWayTo?: PromptKind): Promise<void> {
    const { access } = this;
    if (access.kind !== 'asking') throw new Error(`nothing is asked: ${access.kind}`);
    const { prompt, promptId } = access;
    if (prompt.kind === 'push') {
      const { factors } = this.campus.services;
      const phone = `phone-${this.number}`;
      await factors.approve(phone, factors.waiting(phone)[0]?.id ?? '');
      return;
    }
    await this.run.app.verbs.answer({ promptId, answer: this.answerTo(prompt.kind, onTheWayTo), remember: false });
  }

  private answerTo(kind: PromptKind, onTheWayTo?: PromptKind): Answer {
    const { factors } = this.campus.services;
    switch (kind) {
      case 'notice':
        return proceed;
      case 'credentials':
        return credentials(`person-${this.number}`, password);
      case 'second-factor':
        if (onTheWayTo === 'passcode') return { kind: 'second-factor-passcode' };
        return { kind: 'second-factor', method: 'push', device: factors.devices(`person-${this.number}`)[0]?.id ?? '' };
      case 'passcode':
        return { kind: 'passcode', passcode: factors.accounts(`phone-${this.number}`)[0]?.code ?? '' };
      case 'push':
      case 'waiting':
      case 'choice':
      case 'fields':
      case 'certificate':
      case 'browser':
      case 'client-certificate':
      case 'proxy':
        throw new Error(`no answer to ${kind}`);
    }
  }

  async close(): Promise<void> {
    await this.run.close();
    await this.line.close();
    await this.viewLine.close();
  }
}
