import type { AppState } from '../../../shared/app-state.ts';

/**
 * Reports each step of a sign-in and a session, for the log at its most detailed: which state the access is in, and which
 * kind of question is open. Never what a question says, or an answer.
 *
 * @param application whose state changes are followed
 * @param debug where the steps are reported
 */
export function noteSteps(application: { onState(listener: (state: AppState) => void): () => void }, debug: (line: string) => void): void {
  let last = '';
  application.onState(({ access }) => {
    const step = access.kind === 'asking' ? `asking, ${access.prompt.kind}` : access.kind;
    if (step === last) return;
    last = step;
    debug(`access: ${step}`);
  });
}
