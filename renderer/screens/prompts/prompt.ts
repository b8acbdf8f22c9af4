import type { AccessStateOf } from '../../../shared/access-state.ts';
import type { AppState, ProfileSummary } from '../../../shared/app-state.ts';
import type { PromptKind, PromptOf } from '../../../shared/prompt.ts';

/** What every prompt's screen is drawn from. */
export interface PromptProps<K extends PromptKind> {
  access: AccessStateOf<'asking'>;
  prompt: PromptOf<K>;
  state: AppState;
  profile: ProfileSummary;
  above: string | null;
}
