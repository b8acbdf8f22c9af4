import { useAnswer } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { Button } from '../../ui/button.tsx';
import { CertificateFacts } from '../../ui/certificate-facts.tsx';
import { Foot, Screen } from '../../ui/screen.tsx';
import type { PromptProps } from './prompt.ts';

/** Asks about an untrusted server certificate. The easy answer is no. */
export function Certificate({ access, prompt, profile, above }: PromptProps<'certificate'>) {
  const { messages, format } = useLocalizer();
  const { busy, answer } = useAnswer(access);
  const refuse = (): void => answer({ kind: 'certificate', accept: false });
  return (
    <Screen title={messages.certificate.title} above={above} onEnter={refuse} onEscape={refuse}>
      <p className="lead">{format(messages.certificate.lead, { host: prompt.host })}</p>
      <CertificateFacts certificate={prompt} contact={profile.helpDesk} />
      <Foot>
        <Button kind="primary" pending={busy} onPress={refuse}>
          {messages.certificate.refuse}
        </Button>
        <Button pending={busy} onPress={() => answer({ kind: 'certificate', accept: true })}>
          {messages.certificate.accept}
        </Button>
      </Foot>
    </Screen>
  );
}
