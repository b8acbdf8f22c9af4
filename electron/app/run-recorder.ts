import { currentRun, isSameRun } from './interrupted-run.ts';
import type { Parts } from './parts.ts';

/** Saves what a crash would interrupt, so that the next run can tell. Writes only when that changes, not at every change of the state. */
export class RunRecorder {
  private soon: NodeJS.Immediate | null = null;

  constructor(private readonly parts: Parts) {}

  /** Records after the work that a change starts, because writing blocks the process. */
  recordSoon(): void {
    this.soon ??= setImmediate(() => this.record());
  }

  record(): void {
    this.soon = null;
    const { settings, controller, recovery, taskFlow, profileStore, now } = this.parts;
    const running = currentRun(
      { access: controller.state, recovery: recovery.state, task: taskFlow.current, profileId: profileStore.selected?.id ?? null },
      now(),
    );
    if (!isSameRun(running, settings.get().running)) settings.update(() => ({ running }));
  }

  /** This run ends on purpose: there is nothing to tell. */
  end(): void {
    if (this.soon) clearImmediate(this.soon);
    this.parts.settings.update(() => ({ running: null }));
  }
}
