import { Fragment } from 'react';
import type { ProfilePreview, ProfileSummary } from '../../shared/app-state.ts';
import { profileLines, type ProfileLine } from '../../shared/messages/profile-messages.ts';
import { useVerbs } from '../hooks.ts';
import { useSpeaker } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { Facts, Fingerprint } from '../ui/facts.tsx';
import { Panel } from '../ui/panel.tsx';
import { Foot, Screen } from '../ui/screen.tsx';

/** What a profile contains, before it is added. */
export function Preview({ preview: { profile, source, contents, dropped, replaces } }: { preview: ProfilePreview }) {
  const { words, say, list } = useSpeaker();
  const outside = new Set(contents.destinations.filter((each) => each.outside).map(({ shown }) => shown));
  const { run, busy } = useVerbs();
  const notNow = (): void => void run('declinePreview');
  const trust: Record<ProfileSummary['trust'], string> = {
    system: words.preview.trustSystem,
    pin: words.preview.trustPin,
    authority: words.preview.trustAuthority,
  };
  return (
    <Screen title={replaces ? words.preview.replaceTitle : words.preview.title} onEscape={notNow}>
      <p className="lead">
        {replaces ? say(words.preview.replaceLead, { campus: replaces.name, gateways: list(replaces.gateways) }) : words.preview.lead}
      </p>
      <h2 className="preview-name">{profile.name}</h2>
      {outside.size > 0 && <Panel tone="attention" title={say(words.preview.outsideLead, { count: outside.size })} />}
      <Facts
        facts={[
          [words.preview.source, source],
          ...profileLines(contents, words.preview).map(
            ({ path, label, hosts, text }) => [label, text ?? <Hosts key={path} hosts={hosts} domain={contents.domain} />] as const,
          ),
          [words.preview.recovery, recoveryWords(profile.recovery)],
          [words.preview.helpDesk, profile.helpDesk ? list(Object.values(profile.helpDesk).filter((value) => value !== undefined)) : null],
          [words.preview.trust, trust[profile.trust]],
        ]}
      />
      {contents.authorities.length > 0 && (
        <section className="fingerprint-box" aria-label={words.preview.fingerprint}>
          <p className="hint">{words.preview.fingerprint}</p>
          {contents.authorities.map(({ sha256, subject, validUntil }) => (
            <Fragment key={sha256}>
              <p>{subject}</p>
              <Fingerprint sha256={sha256} />
              <p className="hint">{say(words.preview.validUntil, { untilAt: validUntil })}</p>
            </Fragment>
          ))}
        </section>
      )}
      {contents.pins.length > 0 && (
        <section className="fingerprint-box" aria-label={words.preview.pin}>
          <p className="hint">{words.preview.pin}</p>
          {contents.pins.map((pin) => (
            <Fingerprint key={pin} sha256={pin} />
          ))}
        </section>
      )}
      {contents.authorities.length + contents.pins.length > 0 && <p className="hint">{words.preview.fingerprintHint}</p>}
      {dropped.length > 0 && <Panel tone="attention" title={say(words.preview.dropped, { keys: list(dropped) })} />}
      <Foot>
        <Button kind="primary" pending={busy} onPress={() => void run('acceptPreview')}>
          {replaces ? words.preview.replace : words.preview.add}
        </Button>
        <Button pending={busy} onPress={notNow}>
          {words.preview.notNow}
        </Button>
      </Foot>
    </Screen>
  );

  function recoveryWords(recovery: ProfileSummary['recovery']): string {
    if (recovery === null) return words.preview.recoveryNone;
    return recovery === 'other' ? words.preview.recoveryOther : words.preview.recoveryOwn;
  }
}

/** Hosts, one a line, each marked that lies outside the gateway's domain. */
function Hosts({ hosts, domain }: { hosts: ProfileLine['hosts']; domain: string | null }) {
  const { words, say } = useSpeaker();
  const mark = domain === null ? words.preview.outsideNone : say(words.preview.outside, { domain });
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
