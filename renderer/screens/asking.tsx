import type { AccessStateOf } from '../../shared/access-state.ts';
import type { AppState, ProfileSummary } from '../../shared/app-state.ts';
import { BrowserSignIn } from './prompts/browser.tsx';
import { Certificate } from './prompts/certificate.tsx';
import { Choice } from './prompts/choice.tsx';
import { ClientCertificate } from './prompts/client-certificate.tsx';
import { Credentials } from './prompts/credentials.tsx';
import { Fields, questionOf } from './prompts/fields.tsx';
import { Notice } from './prompts/notice.tsx';
import { Passcode } from './prompts/passcode.tsx';
import { Proxy } from './prompts/proxy.tsx';
import { Push } from './prompts/push.tsx';
import { SecondFactor } from './prompts/second-factor.tsx';
import { Waiting } from './prompts/waiting.tsx';

interface AskingProps {
  access: AccessStateOf<'asking'>;
  state: AppState;
  profile: ProfileSummary;
  above: string | null;
}

/** The open question. A form that is asked again keeps what was typed. Any other prompt starts empty. */
export function Asking(props: AskingProps) {
  const { prompt, promptId } = props.access;
  switch (prompt.kind) {
    case 'notice':
      return <Notice key={promptId} {...props} prompt={prompt} />;
    case 'credentials':
      return <Credentials {...props} prompt={prompt} />;
    case 'second-factor':
      return <SecondFactor key={promptId} {...props} prompt={prompt} />;
    case 'passcode':
      return <Passcode key={`${prompt.label ?? ''}\n${prompt.message ?? ''}`} {...props} prompt={prompt} />;
    case 'push':
      return <Push key={promptId} {...props} prompt={prompt} />;
    case 'waiting':
      return <Waiting key={promptId} {...props} prompt={prompt} />;
    case 'choice':
      return <Choice key={promptId} {...props} prompt={prompt} />;
    case 'fields':
      return <Fields key={questionOf(prompt)} {...props} prompt={prompt} />;
    case 'certificate':
      return <Certificate key={promptId} {...props} prompt={prompt} />;
    case 'browser':
      return <BrowserSignIn key={promptId} {...props} prompt={prompt} />;
    case 'client-certificate':
      return <ClientCertificate {...props} prompt={prompt} />;
    case 'proxy':
      return <Proxy {...props} prompt={prompt} />;
  }
}
