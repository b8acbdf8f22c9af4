import type { AccessState } from '../../shared/access-state.ts';
import type { AppState } from '../../shared/app-state.ts';
import type { Profile } from '../../shared/profile.ts';

/** States in which a sign-in is under way, or one click away. */
const mayNeed: readonly AccessState['kind'][] = ['idle', 'checking', 'contacting', 'asking'];

/** The application and its window, as far as they matter here. */
interface Told {
  readonly state: Pick<AppState, 'access' | 'profileId'>;
  onState(listener: () => void): unknown;
}
interface Seen {
  readonly visible: boolean;
  onVisibleChange(listener: () => void): void;
}

/**
 * Says when a sign-in through the worker may come: a person looks at the window, a campus is selected whose gateway
 * needs it, and they are not in yet.
 */
export function prewarmWorker(
  application: Told,
  protocolOf: (profileId: string) => Profile['protocol'] | null,
  window: Seen,
  setWanted: (wanted: boolean) => void,
): void {
  let before = false;
  const look = (): void => {
    const { access, profileId } = application.state;
    const protocol = profileId === null ? null : protocolOf(profileId);
    const wanted = window.visible && protocol !== null && protocol !== 'campus' && mayNeed.includes(access.kind);
    if (wanted !== before) setWanted(wanted);
    before = wanted;
  };
  application.onState(look);
  window.onVisibleChange(look);
  look();
}
