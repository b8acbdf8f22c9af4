import type { AccessStateOf } from '../../../shared/access-state.ts';
import type { AppState, ProfileSummary } from '../../../shared/app-state.ts';
import type { PromptKind, PromptOf } from '../../../shared/prompt.ts';

/** The properties of every prompt's screen. */
export interface PromptProps<K extends PromptKind> {
  access: AccessStateOf<'asking'>;
  prompt: PromptOf<K>;
  state: AppState;
  profile: ProfileSummary;
  above: string | null;
}
