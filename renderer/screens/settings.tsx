import { FileText, Lock, Plus, X } from 'lucide-react';
import { useState } from 'react';
import type { AppState, ProfileSummary } from '../../shared/app-state.ts';
import { languageNames, languages, type LanguageSetting } from '../../shared/messages/languages.ts';
import { useSay } from '../announcer.tsx';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { Question } from '../ui/dialog.tsx';
import { Checkbox, SelectField } from '../ui/fields.tsx';
import { Foot, Screen } from '../ui/screen.tsx';
import { isLocked, Locked } from '../ui/locked.tsx';
import { CheckConnection, ReportProblem } from '../ui/report-problem.tsx';
import { FirstRun } from './first-run.tsx';
import { Policy } from './policy.tsx';
import { SavedTotp } from './saved-totp.tsx';
import { Updates } from './updates.tsx';

const languageSettings: readonly LanguageSetting[] = ['system', ...languages];

/** Settings: what a person can change, forget and look up. */
export function Settings({ state }: { state: AppState }) {
  const { messages, format } = useLocalizer();
  const { run, busy } = useVerbs();
  const [adding, setAdding] = useState(false);
  const { preferences, about, policy } = state;
  const close = (): void => void run('showSettings', { open: false });
  if (adding && policy.addProfiles) return <FirstRun onBack={() => setAdding(false)} />;
  return (
    <Screen title={messages.settings.title} onEscape={close}>
      <section className="group">
        <h2>{messages.settings.profiles}</h2>
        <Profiles state={state} />
        {policy.addProfiles ? (
          <Button icon={Plus} onPress={() => setAdding(true)}>
            {messages.settings.addProfile}
          </Button>
        ) : (
          <div>
            <p>{messages.settings.noAdding}</p>
            <Locked policy={policy} />
          </div>
        )}
      </section>
      <section className="group">
        <h2>{messages.settings.signIn}</h2>
        <SavedSignIn saved={state.saved} />
        {!policy.rememberPasswords && (
          <div>
            <p>{messages.settings.noPasswords}</p>
            <Locked policy={policy} />
          </div>
        )}
      </section>
      {state.pageSignIns.length > 0 && (
        <section className="group">
          <h2>{messages.settings.pages}</h2>
          <PageSignIns state={state} />
        </section>
      )}
      {state.acceptedHosts.length > 0 && (
        <section className="group">
          <h2>{messages.settings.certificates}</h2>
          <AcceptedServers hosts={state.acceptedHosts} />
        </section>
      )}
      {state.keptCodes !== 'off' && (
        <section className="group">
          <h2>{messages.settings.codes}</h2>
          <SavedTotp isSaved={state.keptCodes === 'kept'} keychain={state.saved.keychain} />
        </section>
      )}
      <section className="group">
        <h2>{messages.settings.general}</h2>
        <SelectField
          label={messages.settings.language}
          value={preferences.language}
          disabled={isLocked(state, 'language')}
          options={languageSettings.map((language) => ({
            value: language,
            ...(language === 'system' ? { label: messages.settings.languageSystem } : { label: languageNames[language], lang: language }),
          }))}
          onChange={(value) => {
            const language = languageSettings.find((known) => known === value);
            if (language) void run('changePreferences', { language });
          }}
        />
        {isLocked(state, 'language') && <Locked policy={policy} />}
        <Checkbox
          label={messages.settings.openAtLogin}
          checked={preferences.openAtLogin}
          disabled={isLocked(state, 'startAtSignIn')}
          onChange={(openAtLogin) => void run('changePreferences', { openAtLogin })}
        />
        {isLocked(state, 'startAtSignIn') && <Locked policy={policy} />}
        <div className="checkbox-field">
          <Checkbox
            label={messages.always.setting}
            checked={preferences.alwaysConnect}
            disabled={isLocked(state, 'alwaysConnect')}
            onChange={(alwaysConnect) => void run('changePreferences', { alwaysConnect })}
          />
          <p className="hint">{messages.always.hint}</p>
          {isLocked(state, 'alwaysConnect') && <Locked policy={policy} />}
        </div>
        <Checkbox
          label={messages.settings.notifications}
          checked={preferences.notifications}
          onChange={(notifications) => void run('changePreferences', { notifications })}
        />
        {!state.about.linksOpen && <p className="hint">{messages.settings.linksClosed}</p>}
      </section>
      <Updates state={state} />
      <Policy policy={policy} />
      <section className="group">
        <h2>{messages.settings.support}</h2>
        <CheckConnection />
        <ReportProblem />
        <Button icon={FileText} pending={busy} onPress={() => void run('openLogs')}>
          {messages.settings.logs}
        </Button>
        <p className="hint">{messages.settings.logsHint}</p>
        <p className="hint selectable">
          {messages.app.name} · {format(messages.settings.version, { version: about.version })} ·{' '}
          {messages.settings.platform[about.platform]}
        </p>
      </section>
      <Foot>
        <Button icon={X} pending={busy} onPress={close}>
          {messages.settings.close}
        </Button>
      </Foot>
    </Screen>
  );
}

function Profiles({ state }: { state: AppState }) {
  const { messages, format } = useLocalizer();
  const { run, busy } = useVerbs();
  const say = useSay();
  const [removing, setRemoving] = useState<ProfileSummary | null>(null);
  const busyHere = state.access.kind !== 'idle';
  const remove = async (profile: ProfileSummary): Promise<void> => {
    if (await run('removeProfile', { profileId: profile.id })) say(format(messages.settings.removed, { campus: profile.name }));
    setRemoving(null);
  };
  return (
    <>
      <ul className="list">
        {state.profiles.map((profile) => (
          <li key={profile.id}>
            <span className="list-text">
              {profile.name}
              <span className="hint">{profile.gateways[0]}</span>
            </span>
            {state.policy.profiles.includes(profile.id) ? (
              <Given />
            ) : (
              <Button
                kind="quiet"
                label={format(messages.settings.removeNamed, { campus: profile.name })}
                disabled={busyHere}
                onPress={() => setRemoving(profile)}
              >
                {messages.settings.remove}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {busyHere && <p className="hint">{messages.settings.inUse}</p>}
      {removing && (
        <Question
          title={format(messages.settings.removeTitle, { campus: removing.name })}
          yes={{ label: messages.settings.remove, kind: 'danger', onPress: () => void remove(removing) }}
          no={{ label: messages.settings.keep, kind: 'secondary', onPress: () => setRemoving(null) }}
          pending={busy}
        >
          <p>{messages.settings.removeText}</p>
        </Question>
      )}
    </>
  );
}

/** A campus of the policy's, which nobody can remove. */
function Given() {
  const { messages } = useLocalizer();
  return (
    <span className="locked hint">
      <Lock aria-hidden size={14} />
      {messages.settings.givenCampus}
    </span>
  );
}

/** Something is gone from a list: whoever does not see it hears it. */
function useSayForgotten(): (done: boolean) => void {
  const { messages } = useLocalizer();
  const say = useSay();
  return (done) => {
    if (done) say(messages.settings.forgotten);
  };
}

function AcceptedServers({ hosts }: { hosts: readonly string[] }) {
  const { messages, format } = useLocalizer();
  const sayForgotten = useSayForgotten();
  const { run, busy } = useVerbs();
  return (
    <>
      <ul className="list">
        {hosts.map((host) => (
          <li key={host}>
            <span className="list-text">{host}</span>
            <Button
              kind="quiet"
              label={format(messages.settings.forgetNamed, { host })}
              pending={busy}
              onPress={() => void run('forgetCertificate', { host }).then(sayForgotten)}
            >
              {messages.settings.forget}
            </Button>
          </li>
        ))}
      </ul>
      <p className="hint">{messages.settings.certificatesHint}</p>
    </>
  );
}

function PageSignIns({ state }: { state: AppState }) {
  const { messages, format } = useLocalizer();
  const sayForgotten = useSayForgotten();
  const { run, busy } = useVerbs();
  return (
    <>
      <ul className="list">
        {state.pageSignIns.map(({ profileId, usedAt }) => {
          const campus = state.profiles.find(({ id }) => id === profileId)?.name ?? profileId;
          return (
            <li key={profileId}>
              <span className="list-text">
                {campus}
                <span className="hint">
                  {usedAt === 0 ? messages.settings.pageUsedUnknown : format(messages.settings.pageUsed, { usedAt })}
                </span>
              </span>
              <Button
                kind="quiet"
                label={format(messages.settings.forgetPageNamed, { campus })}
                pending={busy}
                onPress={() => void run('forgetPageSignIn', { profileId }).then(sayForgotten)}
              >
                {messages.settings.forget}
              </Button>
            </li>
          );
        })}
      </ul>
      <p className="hint">{messages.settings.pagesHint}</p>
    </>
  );
}

function SavedSignIn({ saved }: { saved: AppState['saved'] }) {
  const { messages, format } = useLocalizer();
  const sayForgotten = useSayForgotten();
  const { run, busy } = useVerbs();
  return (
    <>
      <div className="list-row">
        <span className="list-text">{savedText()}</span>
        {(saved.userId !== null || saved.password) && (
          <Button kind="quiet" pending={busy} onPress={() => void run('forgetSignIn').then(sayForgotten)}>
            {messages.settings.forget}
          </Button>
        )}
      </div>
      {saved.keychain === 'absent' && <p className="hint">{messages.credentials.keychainAbsent}</p>}
      {saved.keychain === 'locked' && <p className="hint">{messages.credentials.keychainLocked}</p>}
    </>
  );

  function savedText(): string {
    if (saved.userId === null) return messages.settings.savedNone;
    return format(saved.password ? messages.settings.savedFor : messages.settings.savedUserOnly, { user: saved.userId });
  }
}
