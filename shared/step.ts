import type { AccessState } from './access-state.ts';

/**
 * The step that a person was at, for the help desk: the access state, and while a question is open, its kind. Add new ones at
 * the end: their places are in the codes that people read aloud (`help-code.ts`).
 */
export const steps = [
  'idle',
  'checking',
  'on-campus',
  'contacting',
  'opening',
  'connected',
  'reconnecting',
  'closing',
  'recovery',
  'asking-notice',
  'asking-credentials',
  'asking-second-factor',
  'asking-passcode',
  'asking-push',
  'asking-waiting',
  'asking-choice',
  'asking-fields',
  'asking-certificate',
  'asking-browser',
  'asking-client-certificate',
  'asking-proxy',
] as const;
export type Step = (typeof steps)[number];

/** The step of an access state. While nothing is going on, or it is ending, it is the step before. */
export function stepOf(access: AccessState, before: Step): Step {
  switch (access.kind) {
    case 'idle':
    case 'closing':
      return access.ending === null ? access.kind : before;
    case 'asking':
      return `asking-${access.prompt.kind}`;
    case 'checking':
    case 'on-campus':
    case 'contacting':
    case 'opening':
    case 'connected':
    case 'reconnecting':
      return access.kind;
  }
}
