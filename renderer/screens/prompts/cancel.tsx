import { useVerbs } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { Button } from '../../ui/button.tsx';
import { Foot } from '../../ui/screen.tsx';

/** Leaves the attempt, at any question. */
export function useCancel(): () => void {
  const { run } = useVerbs();
  return () => void run('disconnect');
}

/** The way out of every question. */
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
