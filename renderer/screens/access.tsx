import type { AppState, ProfileSummary } from '../../shared/app-state.ts';
import { networkPageIn } from '../../shared/endings.ts';
import { portalTask } from '../../shared/guide.ts';
import { useLocalizer } from '../localizer.ts';
import { Asking } from './asking.tsx';
import { Connected } from './connected.tsx';
import { Ended } from './ended.tsx';
import { Guide } from './guide.tsx';
import { Home } from './home.tsx';
import { OnCampus } from './on-campus.tsx';
import { Reconnecting } from './reconnecting.tsx';
import { shownSignInPage, SignInPageGuide } from './sign-in-page.tsx';
import { Checking, Closing, Contacting, Opening } from './waits.tsx';

/** The screen of an access state. While the portal is open, the guide replaces it. */
export function AccessScreen({ state, profile }: { state: AppState; profile: ProfileSummary }) {
  const { messages } = useLocalizer();
  const { access, portal, task } = state;
  const above = task ? messages.task[portalTask(task)].purpose : null;
  const beside = portal.kind === 'open' ? portal : null;
  const signInPage = shownSignInPage(state);
  if (signInPage) return <SignInPageGuide page={signInPage} state={state} profile={profile} above={above} />;
  switch (access.kind) {
    case 'idle':
      if (access.ending)
        return (
          <Ended
            ending={access.ending}
            profile={profile}
            task={task}
            above={above}
            network={{ page: networkPageIn(access), free: access.wayFree === true }}
          />
        );
      return <Home state={state} profile={profile} />;
    case 'checking':
      return <Checking above={above} />;
    case 'on-campus':
      return beside ? (
        <Guide access={access} portal={beside} state={state} profile={profile} />
      ) : (
        <OnCampus access={access} profile={profile} />
      );
    case 'contacting':
      return <Contacting access={access} above={above} />;
    case 'asking':
      return <Asking access={access} state={state} profile={profile} above={above} />;
    case 'opening':
      return <Opening access={access} above={above} />;
    case 'connected':
      return beside ? (
        <Guide access={access} portal={beside} state={state} profile={profile} />
      ) : (
        <Connected access={access} profile={profile} task={task} />
      );
    case 'reconnecting':
      return beside ? (
        <Guide access={access} portal={beside} state={state} profile={profile} />
      ) : (
        <Reconnecting access={access} profile={profile} />
      );
    case 'closing':
      return <Closing />;
  }
}
