import type { Failure } from '../../../shared/failure.ts';
import { checkFailure } from '../../../shared/updates.ts';
import type { Updates } from '../../updates/updates.ts';

/** Updates as the application uses them. */
export type UpdatesView = Pick<Updates, 'state' | 'isReady' | 'notices' | 'onChange' | 'check' | 'restart' | 'rulesChanged'>;

/** An app that has none, such as a test's. */
export const withoutUpdates: UpdatesView = {
  state: { kind: 'off', why: 'build' },
  isReady: false,
  notices: [],
  onChange: () => () => undefined,
  check: () => Promise.resolve(),
  restart: () => undefined,
  rulesChanged: () => undefined,
};

/** Failures that people are told of outside Settings too, because Causeway is no longer kept up to date. */
const told: readonly Failure['code'][] = ['update-expired', 'update-untrusted', 'update-clock'];

/** Shows such a failure as a notice, once while it lasts, and takes the notice back after it. Returns a function for each change. */
export function updateNotices(
  updates: UpdatesView,
  notices: { tell: (failure: Failure) => void; dismiss: (id: string) => void },
): () => void {
  let shown: Failure['code'] | null = null;
  return () => {
    const { state } = updates;
    // A new check is not over yet
    if (state.kind === 'checking') return;
    const last = checkFailure(state);
    const failure = last && told.includes(last.code) ? last : null;
    if (failure?.code === shown) return;
    if (shown !== null) notices.dismiss(shown);
    shown = failure?.code ?? null;
    if (failure) notices.tell(failure);
  };
}
