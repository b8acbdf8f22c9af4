import type { ReactNode } from 'react';
import { useVerbs } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { Button } from '../../ui/button.tsx';
import { Foot } from '../../ui/screen.tsx';

/** Cancels the attempt, at any question. */
export function useCancel(): () => void {
  const { run } = useVerbs();
  return () => void run('disconnect');
}

/** The Cancel button of every question, and what else stands beside it. */
export function CancelFoot({ onCancel, children }: { onCancel: () => void; children?: ReactNode }) {
  const { messages } = useLocalizer();
  return (
    <Foot>
      <div className="foot-row">
        {children}
        <Button kind="quiet" onPress={onCancel}>
          {messages.action.cancel}
        </Button>
      </div>
    </Foot>
  );
}
