import type { ProfilePreview, ProfileSummary } from '../../shared/app-state.ts';
import { useVerbs } from '../hooks.ts';
import { useSpeaker } from '../speech.ts';
import { Button } from '../ui/button.tsx';
import { Facts, Fingerprint } from '../ui/facts.tsx';
import { Panel } from '../ui/panel.tsx';
import { Foot, Screen } from '../ui/screen.tsx';

/** What a profile contains, before it is added. */
export function Preview({ preview: { profile, source, sha256, dropped, replaces } }: { preview: ProfilePreview }) {
  const { words, say, list } = useSpeaker();
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
      <Facts
        facts={[
          [words.preview.source, source],
          [words.preview.gateways, list(profile.gateways)],
          [words.preview.portal, profile.portalHost],
          [words.preview.recovery, recoveryWords(profile.recovery)],
          [words.preview.helpDesk, profile.helpDesk ? list(Object.values(profile.helpDesk).filter((value) => value !== undefined)) : null],
          [words.preview.trust, trust[profile.trust]],
        ]}
      />
      {sha256 !== null && (
        <section className="fingerprint-box" aria-label={words.preview.fingerprint}>
          <p className="hint">{words.preview.fingerprint}</p>
          <Fingerprint sha256={sha256} />
          <p className="hint">{words.preview.fingerprintHint}</p>
        </section>
      )}
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
