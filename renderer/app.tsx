import { Settings as SettingsIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { holdsSession, isUp } from '../shared/access-state.ts';
import type { AppState, ProfileSummary } from '../shared/app-state.ts';
import { loadLocalizer, type Localizer } from '../shared/messages/localizer.ts';
import { ClientProvider, useStore, type Client } from './client.ts';
import { DraftsProvider, type Drafts } from './drafts.ts';
import { useVerbs } from './hooks.ts';
import { AccessScreen } from './screens/access.tsx';
import { Check } from './screens/check.tsx';
import { ConfirmationDialog } from './screens/confirmations.tsx';
import { FirstRun } from './screens/first-run.tsx';
import { NoCampus } from './screens/policy.tsx';
import { Notices } from './screens/notices.tsx';
import { PortalArea } from './screens/portal-strip.tsx';
import { Preview } from './screens/preview.tsx';
import { ProxyDialog } from './screens/prompts/proxy.tsx';
import { Recovery } from './screens/recovery.tsx';
import { adviceFor, shownSignInPage, SignInPageArea } from './screens/sign-in-page.tsx';
import { Report } from './screens/report.tsx';
import { Settings } from './screens/settings.tsx';
import { LocalizerProvider, useLocalizer } from './localizer.ts';
import { HelpContextProvider } from './ui/help-code.tsx';
import { IconButton } from './ui/button.tsx';
import { LiveRegion } from './ui/live-region.tsx';

/** The window, drawn from the main process's state, in the language that the settings choose. */
export function App({ client }: { client: Client }) {
  const state = useStore(client.state);
  const localizer = useLoaded(state);
  if (!state || !localizer) return <Starting />;
  return (
    <ClientProvider value={client}>
      <LocalizerProvider value={localizer}>
        {/* The components' own words, in a list that is read aloud for example */}
        <I18nProvider locale={localizer.locale}>
          <HelpContextProvider value={state}>
            <Window state={state} />
          </HelpContextProvider>
        </I18nProvider>
      </LocalizerProvider>
    </ClientProvider>
  );
}

/** The language that the settings choose, or the one before it until its file is loaded. Null until the first one is. */
function useLoaded(state: AppState | null): Localizer | null {
  const [localizer, setLocalizer] = useState<Localizer | null>(null);
  const setting = state?.preferences.language;
  const system = state?.about.languages.join(',');
  useEffect(() => {
    if (setting === undefined || system === undefined) return undefined;
    let isWanted = true;
    const languages = system.split(',');
    const show = (loaded: Localizer): void => {
      if (!isWanted) return;
      document.documentElement.lang = loaded.locale;
      setLocalizer(loaded);
    };
    loadLocalizer(setting, languages)
      .catch(() => loadLocalizer('en', languages))
      .then(show, (error: unknown) => console.error('no language could be loaded', error));
    return () => {
      isWanted = false;
    };
  }, [setting, system]);
  return localizer;
}

/** Until the first state and the language are here: no word but the name, which is the same in every language. */
function Starting() {
  return (
    <main className="starting">
      <p>Causeway</p>
    </main>
  );
}

function Window({ state }: { state: AppState }) {
  const [drafts] = useState<Drafts>(() => new Map());
  const over = isOver(state);
  useEffect(() => {
    if (over) drafts.clear();
  }, [drafts, over]);

  const profile = currentProfile(state);
  const { portal, signInPage, confirmation, proxyQuestion } = state;
  const isWide = portal.kind === 'open' || signInPage.kind === 'open';
  return (
    <DraftsProvider value={drafts}>
      <div className={`window ${isWide ? 'with-page' : ''}`}>
        <div className="column">
          <Header state={state} />
          <main>
            <Notices notices={state.notices} />
            <CurrentScreen state={state} profile={profile} />
          </main>
          <LiveRegion text={useAnnouncement(state, profile)} />
        </div>
        {/* The main process shows the page that was opened last: while both are open, that is the sign-in page */}
        {signInPage.kind === 'open' ? <SignInPageArea page={signInPage} /> : portal.kind === 'open' && <PortalArea portal={portal} />}
        {confirmation && <ConfirmationDialog confirmation={confirmation} state={state} />}
        {proxyQuestion && <ProxyDialog question={proxyQuestion} />}
      </div>
    </DraftsProvider>
  );
}

function Header({ state }: { state: AppState }) {
  const { messages } = useLocalizer();
  const { run } = useVerbs();
  return (
    <header className="header">
      <span className="brand">{messages.app.name}</span>
      {isCalm(state) && (
        <IconButton label={messages.app.openSettings} icon={SettingsIcon} onPress={() => void run('showSettings', { open: true })} />
      )}
    </header>
  );
}

/** Chooses the screen: the most urgent question first, and the access state last. */
function CurrentScreen({ state, profile }: { state: AppState; profile: ProfileSummary | null }) {
  if (state.preview) return <Preview preview={state.preview} />;
  if (state.support === 'report') return <Report check={state.check} />;
  if (state.support === 'check') return <Check check={state.check} />;
  if (!profile) return state.policy.addProfiles ? <FirstRun /> : <NoCampus policy={state.policy} />;
  if (state.settingsOpen) return <Settings state={state} />;
  if (state.recovery.step !== 'closed') return <Recovery recovery={state.recovery} state={state} profile={profile} />;
  return <AccessScreen state={state} profile={profile} />;
}

/** The profile of the attempt, or the one that Connect would use. Null at first run. */
function currentProfile({ access, profiles, profileId }: AppState): ProfileSummary | null {
  const wanted = 'profileId' in access ? access.profileId : profileId;
  return profiles.find(({ id }) => id === wanted) ?? profiles[0] ?? null;
}

/** Whether Settings may open: nothing is going on that they would hide. */
function isCalm({ access, recovery, preview, profiles, settingsOpen, support }: AppState): boolean {
  if (settingsOpen || support !== null || preview || profiles.length === 0 || recovery.step !== 'closed') return false;
  return access.kind === 'idle' || isUp(access) || holdsSession(access);
}

/** Whether typed text can be forgotten: the person is signed in, or has left without a failure. */
function isOver({ access, recovery }: AppState): boolean {
  if (recovery.step !== 'closed') return false;
  return isUp(access) || (access.kind === 'idle' && access.ending === null);
}

/** The state in one sentence, for people who do not see the screen change. */
function useAnnouncement(state: AppState, profile: ProfileSummary | null): string {
  const { access } = state;
  const signInPage = shownSignInPage(state);
  const localizer = useLocalizer();
  const { messages, format, failure } = localizer;
  if (access.kind === 'idle' && access.ending) return failure(access.ending).title;
  if (signInPage && profile) {
    if (signInPage.failure) return failure(signInPage.failure).title;
    return [`${signInPage.host}.`, ...adviceFor(signInPage, profile, state, localizer)].join(' ');
  }
  if (access.kind === 'asking' && 'failure' in access.prompt && access.prompt.failure) return failure(access.prompt.failure).title;
  if (access.kind === 'asking' && access.autoAnswerAt !== undefined && !access.answered) return messages.passcode.waitingTitle;
  if (access.kind === 'connected' && access.expiring && access.expiresAt !== null)
    return format(messages.connected.until, { untilAt: access.expiresAt });
  return format(messages.status[access.kind], { campus: profile?.name ?? '', gateway: 'gateway' in access ? access.gateway : '' });
}
