import type { AccessState } from '../../shared/access-state.ts';
import type { Settings } from '../storage/settings.ts';
import type { Application } from './ports.ts';

/** States in which a sign-in is under way, or one click away. */
const mayNeed: readonly AccessState['kind'][] = ['idle', 'checking', 'contacting', 'asking'];

/** The window, as far as it matters here. */
interface Seen {
  readonly visible: boolean;
  onVisibleChange(listener: () => void): void;
}

/**
 * Says when a sign-in through the worker may come: a person looks at the window, a campus is selected whose gateway
 * needs it, and they are not in yet.
 */
export function keepWarm(application: Application, settings: Settings, window: Seen, want: (wanted: boolean) => void): void {
  let before = false;
  const look = (): void => {
    const { access, profileId } = application.state;
    const profile = settings.get().profiles.find(({ id }) => id === profileId);
    const wanted = window.visible && profile !== undefined && profile.protocol !== 'campus' && mayNeed.includes(access.kind);
    if (wanted !== before) want(wanted);
    before = wanted;
  };
  application.onState(look);
  window.onVisibleChange(look);
  look();
}
