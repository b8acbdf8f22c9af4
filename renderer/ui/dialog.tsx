import { useId, type ReactNode } from 'react';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Button, type ButtonKind } from './button.tsx';

interface QuestionAnswer {
  label: string;
  kind: ButtonKind;
  onPress: () => void;
}

interface QuestionProps {
  title: string;
  children: ReactNode;
  yes: QuestionAnswer;
  no: QuestionAnswer;
  pending: boolean;
}

interface FormDialogProps {
  title: string;
  onLeave: () => void;
  children: ReactNode;
}

/** A modal form. What is behind it stays as it is. Escape closes it. */
export function FormDialog({ title, onLeave, children }: FormDialogProps) {
  return (
    <ModalOverlay className="overlay" isOpen onOpenChange={(open) => !open && onLeave()}>
      <Modal className="modal">
        <AriaDialog className="dialog">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** A modal question. Escape means no, and so does a hasty Enter. */
export function Question({ title, children, yes, no, pending }: QuestionProps) {
  const text = useId();
  return (
    <ModalOverlay className="overlay" isOpen onOpenChange={(open) => !open && no.onPress()}>
      <Modal className="modal">
        <AriaDialog role="alertdialog" className="dialog" aria-describedby={text}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          <div id={text} className="dialog-text">
            {children}
          </div>
          <div className="dialog-actions">
            <Button kind={no.kind} onPress={no.onPress} autoFocus>
              {no.label}
            </Button>
            <Button kind={yes.kind} onPress={yes.onPress} pending={pending}>
              {yes.label}
            </Button>
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
