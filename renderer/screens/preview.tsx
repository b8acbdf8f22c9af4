import { Fragment } from 'react';
import type { ProfilePreview, ProfileSummary } from '../../shared/app-state.ts';
import { longDate } from '../../shared/dates.ts';
import { profileLines, type ProfileLine } from '../../shared/messages/profile-messages.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { Details } from '../ui/details.tsx';
import { Facts, Fingerprint } from '../ui/facts.tsx';
import { Panel } from '../ui/panel.tsx';
import { Foot, Screen } from '../ui/screen.tsx';

/** Shows what a profile contains before it is added. */
export function Preview({ preview: { profile, source, typed, shipped, contents, dropped, replaces } }: { preview: ProfilePreview }) {
  const localizer = useLocalizer();
  const { messages, format, list, gap } = localizer;
  const outside = new Set(contents.destinations.filter((each) => each.outside).map(({ shown }) => shown));
  const { run, busy } = useVerbs();
  const notNow = (): void => void run('declinePreview');
  const trust: Record<ProfileSummary['trust'], string> = {
    system: messages.preview.trustSystem,
    pin: messages.preview.trustPin,
    authority: messages.preview.trustAuthority,
  };
  const lines = profileLines(contents, localizer);
  const factOf = ({ path, label, hosts, text }: ProfileLine) =>
    [label, text ?? <Hosts key={path} hosts={hosts} domain={contents.domain} />] as const;
  return (
    <Screen title={replaces ? messages.preview.replaceTitle : messages.preview.title} onEscape={notNow}>
      <p className="lead">
        {replaces
          ? format(messages.preview.replaceLead, { campus: replaces.name, gateways: list(replaces.gateways) })
          : typed
            ? format(messages.preview.typed, { address: source })
            : messages.preview.lead}
        {gap}
        {messages.preview.sends}
      </p>
      <h2 className="preview-name">{profile.name}</h2>
      {shipped && <Shipped shipped={shipped} />}
      {outside.size > 0 && <Panel tone="attention" title={format(messages.preview.outsideLead, { count: outside.size })} />}
      {contents.authorities.length > 0 && (
        <section className="fingerprint-box" aria-label={messages.preview.fingerprint}>
          <p className="hint">{messages.preview.fingerprint}</p>
          {contents.authorities.map(({ sha256, subject, validUntil }) => (
            <Fragment key={sha256}>
              <p>{subject}</p>
              <Fingerprint sha256={sha256} />
              <p className="hint">{format(messages.preview.validUntil, { untilAt: validUntil })}</p>
            </Fragment>
          ))}
        </section>
      )}
      {contents.pins.length > 0 && (
        <section className="fingerprint-box" aria-label={messages.preview.pin}>
          <p className="hint">{messages.preview.pin}</p>
          {contents.pins.map((pin) => (
            <Fingerprint key={pin} sha256={pin} />
          ))}
        </section>
      )}
      {contents.authorities.length + contents.pins.length > 0 && <p className="hint">{messages.preview.fingerprintHint}</p>}
      <Facts
        facts={[
          [messages.preview.source, shipped ? messages.preview.shipped : source],
          ...lines.filter(isPlain).map(factOf),
          [
            messages.preview.helpDesk,
            profile.helpDesk ? list(Object.values(profile.helpDesk).filter((value) => value !== undefined)) : null,
          ],
          [messages.preview.factsFrom, shipped && <FactsFrom from={shipped.from} />],
        ]}
      />
      <Details label={messages.preview.all}>
        <Facts
          facts={[
            ...lines.filter((line) => !isPlain(line)).map(factOf),
            [messages.preview.recovery, recoveryWords(profile.recovery)],
            [messages.preview.trust, trust[profile.trust]],
          ]}
        />
      </Details>
      {dropped.length > 0 && <Panel tone="attention" title={format(messages.preview.dropped, { keys: list(dropped) })} />}
      <Foot>
        <Button kind="primary" pending={busy} onPress={() => void run('acceptPreview')}>
          {replaces ? messages.preview.replace : messages.preview.add}
        </Button>
        <Button pending={busy} onPress={notNow}>
          {messages.preview.notNow}
        </Button>
      </Foot>
    </Screen>
  );

  /** Where the computer and the person's sign-in go. The rest speaks to administrators. */
  function isPlain({ path, hosts }: ProfileLine): boolean {
    return hosts.length > 0 || (path === 'tunnel' && contents.settings.some((each) => each.path === path && each.value === 'system'));
  }

  function recoveryWords(recovery: ProfileSummary['recovery']): string {
    if (recovery === null) return messages.preview.recoveryNone;
    return recovery === 'other' ? messages.preview.recoveryOther : messages.preview.recoveryOwn;
  }
}

type ShippedFacts = NonNullable<ProfilePreview['shipped']>;

/** How far a profile that ships in the app can be relied on, and how to get the campus's own. */
function Shipped({ shipped: { domain, lastRead, signedIn } }: { shipped: ShippedFacts }) {
  const { messages, format, locale } = useLocalizer();
  const { run, busy } = useVerbs();
  const { preview } = messages;
  const on = (day: string) => ({ day: longDate(day, locale) });
  return (
    <Panel tone="attention" title={signedIn === null ? preview.notSignedIn : format(preview.signedIn, on(signedIn))}>
      <p>{format(preview.facts, on(lastRead))}</p>
      <p>{preview.published}</p>
      <div className="panel-actions">
        <Button pending={busy} onPress={() => void run('previewPublished')}>
          {format(preview.askCampus, { domain })}
        </Button>
      </div>
    </Panel>
  );
}

/** The pages that the facts were read from, one a line. */
function FactsFrom({ from }: { from: readonly string[] }) {
  return (
    <ul className="hosts">
      {from.map((page) => (
        <li key={page}>{page}</li>
      ))}
    </ul>
  );
}

/** Hosts, one a line, with a mark on each one outside the gateway's domain. */
function Hosts({ hosts, domain }: { hosts: ProfileLine['hosts']; domain: string | null }) {
  const { messages, format } = useLocalizer();
  const mark = domain === null ? messages.preview.outsideNone : format(messages.preview.outside, { domain });
  return (
    <ul className="hosts">
      {hosts.map(({ shown, outside }) => (
        <li key={shown}>
          {shown} {outside && <span className="outside">{mark}</span>}
        </li>
      ))}
    </ul>
  );
}
