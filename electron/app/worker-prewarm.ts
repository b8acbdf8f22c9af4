import type { AccessState } from '../../shared/access-state.ts';
import type { AppState } from '../../shared/app-state.ts';
import type { Profile } from '../../shared/profile.ts';

/** States in which a sign-in is going on, or one click away. */
const mayNeedWorker: readonly AccessState['kind'][] = ['idle', 'checking', 'contacting', 'asking'];

/** The parts of the application and its window that matter here. */
interface ObservedApplication {
  readonly state: Pick<AppState, 'access' | 'profileId'>;
  onState(listener: () => void): unknown;
}
interface ObservedWindow {
  readonly visible: boolean;
  onVisibleChange(listener: () => void): void;
}

/**
 * Tells when the openconnect worker should be kept ready: the window is visible, the selected campus's gateway needs the
 * worker, and nobody is signed in yet.
 */
export function prewarmWorker(
  application: ObservedApplication,
  protocolOf: (profileId: string) => Profile['protocol'] | null,
  window: ObservedWindow,
  setWanted: (wanted: boolean) => void,
): void {
  let before = false;
  const update = (): void => {
    const { access, profileId } = application.state;
    const protocol = profileId === null ? null : protocolOf(profileId);
    const wanted = window.visible && protocol !== null && protocol !== 'campus' && mayNeedWorker.includes(access.kind);
    if (wanted !== before) setWanted(wanted);
    before = wanted;
  };
  application.onState(update);
  window.onVisibleChange(update);
  update();
}
