import { useVerbs } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { Button } from '../../ui/button.tsx';
import { Foot } from '../../ui/screen.tsx';

/** Cancels the attempt, at any question. */
export function useCancel(): () => void {
  const { run } = useVerbs();
  return () => void run('disconnect');
}

/** The Cancel button of every question. */
export function CancelFoot({ onCancel }: { onCancel: () => void }) {
  const { messages } = useLocalizer();
  return (
    <Foot>
      <Button kind="quiet" onPress={onCancel}>
        {messages.action.cancel}
      </Button>
    </Foot>
  );
}
