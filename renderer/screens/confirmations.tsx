import type { ReactNode } from 'react';
import { holdsSession } from '../../shared/access-state.ts';
import type { AppState, Confirmation } from '../../shared/app-state.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { CertificateFacts } from '../ui/certificate-facts.tsx';
import { Question } from '../ui/dialog.tsx';

interface Asked {
  title: string;
  text: string;
  more?: ReactNode;
  yes: string;
  no: string;
  /** Whether "no" is the prominent answer. */
  doubtful?: boolean;
}

/** The questions before a link from the web, a quit, or an untrusted certificate. */
export function ConfirmationDialog({ confirmation, state }: { confirmation: Confirmation; state: AppState }) {
  const { messages, format } = useLocalizer();
  const { run, busy } = useVerbs();
  const { title, text, more, yes, no, doubtful = false } = question();
  return (
    <Question
      title={title}
      yes={{ label: yes, kind: doubtful ? 'secondary' : 'primary', onPress: () => void run('confirm', { yes: true }) }}
      no={{ label: no, kind: doubtful ? 'primary' : 'secondary', onPress: () => void run('confirm', { yes: false }) }}
      pending={busy}
    >
      <p>{text}</p>
      {more}
    </Question>
  );

  function question(): Asked {
    const { confirm, certificate, action, task, updates } = messages;
    switch (confirmation.kind) {
      case 'connect': {
        const campus = state.profiles.find(({ id }) => id === confirmation.profileId)?.name ?? confirmation.profileId;
        return { title: format(confirm.connectTitle, { campus }), text: confirm.connectText, yes: action.connect, no: action.cancel };
      }
      case 'task':
        return {
          title: format(confirm.taskTitle, { task: task[confirmation.task].name }),
          text: confirm.taskText,
          yes: confirm.go,
          no: action.cancel,
        };
      case 'campus':
        return {
          title: format(confirm.campusTitle, { address: confirmation.address }),
          text: confirm.campusText,
          yes: confirm.go,
          no: action.cancel,
        };
      case 'quit':
        return {
          ...(holdsSession(state.access)
            ? { title: confirm.quitTitle, text: confirm.quitText }
            : { title: confirm.quitSignInTitle, text: confirm.quitSignInText }),
          yes: confirm.quit,
          no: confirm.stay,
        };
      case 'update':
        return {
          title: updates.confirmTitle,
          text: format(updates.confirmText, { version: confirmation.version }),
          yes: updates.restart,
          no: updates.later,
        };
      case 'certificate':
        return {
          title: certificate.title,
          text: format(certificate.lead, { host: confirmation.host }),
          more: <CertificateFacts certificate={confirmation} contact={null} />,
          yes: certificate.accept,
          no: certificate.refuse,
          doubtful: true,
        };
    }
  }
}
