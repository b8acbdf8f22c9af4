import { useAnswer } from '../../hooks.ts';
import { useSpeaker } from '../../localizer.ts';
import { Button } from '../../ui/button.tsx';
import { CertificateFacts } from '../../ui/certificate-facts.tsx';
import { Foot, Screen } from '../../ui/screen.tsx';
import type { PromptProps } from './prompt.ts';

/** A server that nobody vouches for. The easy answer is no. */
export function Certificate({ access, prompt, above }: PromptProps<'certificate'>) {
  const { words, say } = useSpeaker();
  const { busy, answer } = useAnswer(access);
  const refuse = (): void => answer({ kind: 'certificate', accept: false });
  return (
    <Screen title={words.certificate.title} above={above} onEnter={refuse} onEscape={refuse}>
      <p className="lead">{say(words.certificate.lead, { host: prompt.host })}</p>
      <CertificateFacts certificate={prompt} />
      <Foot>
        <Button kind="primary" pending={busy} onPress={refuse}>
          {words.certificate.refuse}
        </Button>
        <Button pending={busy} onPress={() => answer({ kind: 'certificate', accept: true })}>
          {words.certificate.accept}
        </Button>
      </Foot>
    </Screen>
  );
}
