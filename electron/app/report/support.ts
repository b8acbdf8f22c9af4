import { randomUUID } from 'node:crypto';
import type { AppState } from '../../../shared/app-state.ts';
import { fail, type Failure } from '../../../shared/failure.ts';
import { helpCode, type Platform } from '../../../shared/help-code.ts';
import type { Localizer } from '../../../shared/messages/localizer.ts';
import type { Proxies } from '../../net/proxy/lookup.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import type { PolicyInForce } from '../../storage/policy/policy.ts';
import type { Settings } from '../../storage/settings.ts';
import type { CheckRun } from '../check/check-run.ts';
import { detailsOf, failureIn } from '../failure-details.ts';
import type { DesktopPorts } from '../ports.ts';
import { historyIn, type AccessHistory } from './access-history.ts';
import { helperLog } from './helper-log.ts';
import { appLog, logTail } from './log-tail.ts';
import { networkFacts } from './network-facts.ts';
import { reportText } from './report-text.ts';
import { zipOf } from './zip.ts';

/** The screens that help when something does not work. */
export type SupportView = 'report' | 'check';

/** A report as it was shown. Exactly this is copied or saved. */
export interface MadeReport {
  id: string;
  code: string;
  text: string;
}

export interface SupportDeps {
  state: () => AppState;
  now: () => number;
  settings: Settings;
  policy: () => PolicyInForce;
  desktop: Pick<DesktopPorts, 'clipboard' | 'saveReport'>;
  check: CheckRun;
  history: AccessHistory;
  redactor: Redactor;
  proxies: Proxies;
  localizer: () => Localizer;
  versions: () => readonly (readonly [string, string])[];
  changed: () => void;
}

/** Report a problem and Check my connection. A report is made on this computer, shown, and then saved or copied by the person. */
export class Support {
  private shown: SupportView | null = null;
  private last: (MadeReport & { at: number }) | null = null;

  constructor(private readonly deps: SupportDeps) {}

  get view(): SupportView | null {
    return this.shown;
  }

  get check(): CheckRun {
    return this.deps.check;
  }

  show(view: SupportView | null): void {
    if (view === this.shown) return;
    // Nobody waits for it any more
    if (view === null) this.check.cancel();
    if (view === null) this.last = null;
    this.shown = view;
    this.deps.changed();
  }

  /** The code to read aloud for what the window shows now. */
  code(): string {
    return this.codeOf(failureIn(this.deps.state()));
  }

  /** What **Copy details** copies. */
  details(): string {
    const { state, now, redactor } = this.deps;
    return redactor.redact(detailsOf(state(), now(), this.code()));
  }

  /** Makes a report, after a check of the connection if the last one is old. */
  async make(): Promise<MadeReport> {
    const { now, settings, policy, check, history, redactor, proxies, localizer, versions } = this.deps;
    await check.ensureRecent();
    const state = this.deps.state();
    const { profiles } = settings.get();
    const [network, log, service] = await Promise.all([networkFacts(profiles, proxies), logTail(appLog(settings.directory)), helperLog()]);
    const code = this.code();
    // It has the earlier runs too, unless it cannot be written
    const logged = historyIn(log);
    const text = reportText(
      {
        code,
        now: now(),
        localizer: localizer(),
        summary: detailsOf(state, now(), code),
        versions: versions(),
        profiles,
        policy: policy(),
        history: logged.length > 0 ? logged : history.all,
        check: check.state,
        network,
        notices: state.notices.map(({ failure }) => failure),
        log,
        helperLog: service,
      },
      redactor,
    );
    this.last = { id: randomUUID(), code, text, at: now() };
    return this.last;
  }

  /** Copies a report that was shown. Fails with `not-now` if it is not the last one. */
  copy(id: string): Promise<void> {
    return this.deps.desktop.clipboard.write(this.shownReport(id).text);
  }

  /** Saves a report that was shown, as text or zip. False if the person cancelled. */
  save(id: string): Promise<boolean> {
    const { text, at } = this.shownReport(id);
    const name = reportName(at);
    return this.deps.desktop.saveReport({ name, text, zip: zipOf(`${name}.txt`, text, at) });
  }

  private shownReport(id: string): MadeReport & { at: number } {
    if (this.last?.id !== id) throw fail('not-now');
    return this.last;
  }

  private codeOf(failure: Failure | null): string {
    const { step, about } = this.deps.state();
    const platform: Platform = about.platform;
    return helpCode({ failure: failure?.code ?? null, step, version: about.version, platform });
  }
}

/** The name of a report's file, without its ending: `causeway-report-2026-11-29`. */
const reportName = (at: number): string => `causeway-report-${new Date(at).toISOString().slice(0, 10)}`;
