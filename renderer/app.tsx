import { Settings as SettingsIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { holdsSession, isUp, type AccessStateKind } from '../shared/access-state.ts';
import type { AppState, ProfileSummary } from '../shared/app-state.ts';
import { loadLocalizer, type Localizer } from '../shared/messages/localizer.ts';
import { AnnouncerProvider, useAnnounced } from './announcer.tsx';
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
import { pushInWords } from './screens/prompts/push.tsx';
import { Recovery } from './screens/recovery.tsx';
import { adviceFor, shownSignInPage, SignInPageArea } from './screens/sign-in-page.tsx';
import { Report } from './screens/report.tsx';
import { Settings } from './screens/settings.tsx';
import { useKeptFocus } from './kept-focus.ts';
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
            <AnnouncerProvider>
              <Window state={state} />
            </AnnouncerProvider>
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
  useKeptFocus();
  useAnnounced(useStateInWords(state, profile));
  useAnnounced(useUpdateInWords(state));
  const isWide = portal.kind === 'open' || signInPage.kind === 'open';
  return (
    <DraftsProvider value={drafts}>
      <div className={`window ${isWide ? 'with-page' : ''}`}>
        <div className="column">
          <Header state={state} />
          <main tabIndex={-1}>
            <Notices notices={state.notices} />
            <CurrentScreen state={state} profile={profile} />
          </main>
          <LiveRegion />
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
function isCalm({ access, alwaysConnect, recovery, preview, profiles, settingsOpen, support }: AppState): boolean {
  if (settingsOpen || support !== null || preview || profiles.length === 0 || recovery.step !== 'closed') return false;
  // At a question that nobody has begun to answer, Settings are where to restart, or to switch always-connect off
  return access.kind === 'idle' || isUp(access) || holdsSession(access) || alwaysConnect.step === 'asking';
}

/** Whether typed text can be forgotten: the person is signed in, or has left without a failure. */
function isOver({ access, recovery }: AppState): boolean {
  if (recovery.step !== 'closed') return false;
  return isUp(access) || (access.kind === 'idle' && access.ending === null);
}

/**
 * The state in one sentence, for people who do not see the screen change. What the screen's heading says is left out, since the
 * heading gets the focus, and so is a failure that the screen shows as an alert.
 */
function useStateInWords(state: AppState, profile: ProfileSummary | null): string | readonly string[] | null {
  const { access } = state;
  const signInPage = shownSignInPage(state);
  const localizer = useLocalizer();
  const { messages, format, failure } = localizer;
  if (access.kind === 'idle' && access.ending) return hidesAccess(state) ? failure(access.ending).title : null;
  if (signInPage && profile) {
    if (signInPage.failure) return null;
    return [`${signInPage.host}.`, ...adviceFor(signInPage, profile, state, localizer)].join(' ');
  }
  if (access.kind === 'asking') {
    const { prompt } = access;
    if ('failure' in prompt && prompt.failure) return null;
    if (access.autoAnswerAt !== undefined && !access.answered) return messages.passcode.waitingTitle;
    if (prompt.kind === 'push') return pushInWords(prompt, localizer);
  }
  if (access.kind === 'connected' && access.expiring && access.expiresAt !== null)
    return format(messages.notification.expiringTitle, { untilAt: access.expiresAt });
  if (!hidesAccess(state) && headingSaysIt.includes(access.kind)) return null;
  return format(messages.status[access.kind], { campus: profile?.name ?? '', gateway: 'gateway' in access ? access.gateway : '' });
}

const headingSaysIt: readonly AccessStateKind[] = ['checking', 'on-campus', 'closing'];

/** Whether another screen than that of the access state is shown. */
const hidesAccess = ({ preview, support, settingsOpen, recovery }: AppState): boolean =>
  preview !== null || support !== null || settingsOpen || recovery.step !== 'closed';

/** An update that is ready, wherever in the window the person is. */
function useUpdateInWords({ updates }: AppState): string | null {
  const { messages, format } = useLocalizer();
  return updates.kind === 'ready' ? format(messages.updates.ready, { version: updates.version }) : null;
}
