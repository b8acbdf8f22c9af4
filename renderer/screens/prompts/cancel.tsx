import { useVerbs } from '../../hooks.ts';
import { useSpeaker } from '../../localizer.ts';
import { Button } from '../../ui/button.tsx';
import { Foot } from '../../ui/screen.tsx';

/** Leaves the attempt, at any question. */
export function useCancel(): () => void {
  const { run } = useVerbs();
  return () => void run('disconnect');
}

/** The way out of every question. */
export function CancelFoot({ onCancel }: { onCancel: () => void }) {
  const { words } = useSpeaker();
  return (
    <Foot>
      <Button kind="quiet" onPress={onCancel}>
        {words.action.cancel}
      </Button>
    </Foot>
  );
}
