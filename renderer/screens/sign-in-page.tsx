import { Check, Copy, RotateCw } from 'lucide-react';
import { useState } from 'react';
import type { AppState, ProfileSummary, SignInPageState } from '../../shared/app-state.ts';
import { useAnnounced } from '../announcer.tsx';
import { useVerbs } from '../hooks.ts';
import type { Localizer } from '../../shared/messages/localizer.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { HeldPasscode } from '../ui/held-passcode.tsx';
import { KeepPage } from '../ui/keep-page.tsx';
import { PageStrip } from '../ui/page-strip.tsx';
import { FailurePanel, Panel } from '../ui/panel.tsx';
import { Sentence } from '../ui/sentence.tsx';
import { Screen } from '../ui/screen.tsx';
import { CancelFoot, useCancel } from './prompts/cancel.tsx';

type OpenPage = Extract<SignInPageState, { kind: 'open' }>;

/** The sign-in page that the person is on, or null. It may be open before a question: a saved password may have answered it. */
export const shownSignInPage = ({ access, signInPage }: AppState): OpenPage | null =>
  (access.kind === 'asking' || access.kind === 'contacting') && signInPage.kind === 'open' ? signInPage : null;

/** As many blocked hosts as fit on a few lines of the column. */
const shownHosts = 3;

/** Our column while the campus's own sign-in page is beside it: what to do on that page. */
export function SignInPageGuide({
  page,
  state,
  profile,
  above,
}: {
  page: OpenPage;
  state: AppState;
  profile: ProfileSummary;
  above: string | null;
}) {
  const { messages } = useLocalizer();
  const cancel = useCancel();
  const held = state.heldPasscode;
  useAnnounced(page.denied ? [messages.signInPage.denied[page.denied], messages.signInPage.notAllowed] : null);
  const [first = '', ...rest] = adviceFor(page, profile, state, useLocalizer());
  return (
    <Screen title={messages.signInPage.title} above={above} onEscape={cancel}>
      <div className="sign-in-advice">
        <p className="advice-first">
          <Sentence text={first} />
        </p>
        {rest.map((sentence) => (
          <p key={sentence} className="lead">
            <Sentence text={sentence} />
          </p>
        ))}
      </div>
      <KeepPage state={state} where="page" />
      {held && <HeldPasscode expiresAt={held.expiresAt} shown={false} />}
      {page.failure?.code === 'browser-slow' && <FailurePanel failure={page.failure} />}
      {page.denied && (
        <Panel tone="info" title={messages.signInPage.denied[page.denied]}>
          <p>{messages.signInPage.notAllowed}</p>
        </Panel>
      )}
      {page.blocked.count > 0 && <BlockedHosts blocked={page.blocked} />}
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}

/**
 * What to do on the page, one sentence each, by its address alone. Nobody who lost their phone is told to wait for a push: it
 * would go to that phone. The app may hold their recovery passcode, or they have it from the campus's own recovery site.
 */
export function adviceFor(
  page: OpenPage,
  profile: ProfileSummary,
  { heldPasscode, task }: Pick<AppState, 'heldPasscode' | 'task'>,
  { messages, format }: Localizer,
): string[] {
  const { signInPage } = messages;
  const isLost = heldPasscode !== null || task === 'lost-phone';
  switch (page.step) {
    case 'gateway':
      return [format(signInPage.gateway, profile.labels), isLost ? signInPage.heldLater : signInPage.second];
    case 'form':
      return [
        format(page.formLeft === true ? signInPage.formLeft : signInPage.form, profile.labels),
        isLost ? signInPage.heldLater : signInPage.second,
      ];
    case 'second-factor':
      if (heldPasscode) return [signInPage.held];
      return isLost ? [signInPage.lost, signInPage.lostPush] : [signInPage.factor, signInPage.push, signInPage.passcode];
    case 'last':
      return [signInPage.other];
    case 'other':
      return isLost ? [signInPage.other, signInPage.heldLater] : [signInPage.other];
  }
}

/** Names the blocked hosts, because a page that misses a part may stay blank. */
function BlockedHosts({ blocked: { named, count } }: { blocked: OpenPage['blocked'] }) {
  const { messages, format, list } = useLocalizer();
  const { busy, run } = useVerbs();
  const [copiedCount, setCopiedCount] = useState(0);
  // Hosts that were blocked since then are not on the clipboard
  const copied = copiedCount === count;
  const shown = named.slice(0, shownHosts);
  const more = count - shown.length;
  const hosts = list(more > 0 ? [...shown, format(messages.signInPage.moreHosts, { count: more })] : shown);
  const text = copied ? messages.signInPage.copied : format(messages.signInPage.blocked, { hosts });
  useAnnounced([messages.signInPage.blockedTitle, text], { about: copied ? 'copied' : 'blocked' });
  return (
    <Panel tone="info" title={messages.signInPage.blockedTitle}>
      <p>{text}</p>
      <div className="panel-actions">
        <Button
          kind="quiet"
          icon={copied ? Check : Copy}
          pending={busy}
          onPress={() => void run('copyBlockedHosts').then((done) => done && setCopiedCount(count))}
        >
          {messages.signInPage.copy}
        </Button>
      </div>
    </Panel>
  );
}

/**
 * What surrounds the campus's own page: its address above it, and the reason if it could not be shown. The main process
 * places the page itself over the rest (`shared/layout.ts`).
 */
export function SignInPageArea({ page }: { page: OpenPage }) {
  const { messages } = useLocalizer();
  const { run } = useVerbs();
  return (
    <section className="portal-area" aria-label={messages.signInPage.label}>
      <PageStrip
        about={messages.signInPage.page}
        secure={messages.signInPage.secure}
        host={page.host}
        path={page.path}
        loading={page.loading}
        canGoBack={page.canGoBack}
        onBack={() => void run('signInBack')}
        onReload={() => void run('signInReload')}
      />
      <div className="portal-page">
        {page.failure && page.failure.code !== 'browser-slow' ? (
          <div className="portal-failure">
            <FailurePanel failure={page.failure} />
            <Button kind="primary" icon={RotateCw} onPress={() => void run('signInReload')}>
              {messages.signInPage.again}
            </Button>
          </div>
        ) : (
          <p className="hint">{messages.pageStrip.loading}</p>
        )}
      </div>
    </section>
  );
}
