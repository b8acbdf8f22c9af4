import { Lock } from 'lucide-react';
import type { AppState } from '../../shared/app-state.ts';
import type { PolicyKey } from '../../shared/policy/keys.ts';
import { useLocalizer } from '../localizer.ts';

/** Whether people cannot change what this key of the policy decides. */
export function isLocked({ policy }: AppState, key: PolicyKey): boolean {
  return policy.decisions.some((decision) => decision.key === key && decision.level === 'enforced');
}

/** Says beside a setting that it is locked, and by whom. */
export function Locked({ policy }: { policy: AppState['policy'] }) {
  const { messages, format } = useLocalizer();
  const name = policy.managedBy?.name;
  return (
    <p className="locked hint">
      <Lock aria-hidden size={14} />
      {name === undefined ? messages.settings.locked : format(messages.settings.lockedBy, { name })}
    </p>
  );
}
