import type { UpdatedBy } from '../../shared/updates.ts';

/**
 * How this copy of Causeway came onto the computer. Only a person's own copy updates itself: one that it can replace without
 * an administrator. What is not known to be one is not replaced.
 */
export type Installation =
  /** The person's own. `image`: the AppImage's file, on Linux only. */
  | { kind: 'own'; image: string | null }
  /** For the whole computer. */
  | { kind: 'computer'; by: UpdatedBy }
  /** Run from where it is not installed, such as a disk image, an unpacked archive or a developer's folder. */
  | { kind: 'none' };

export interface RunningApp {
  isPackaged: boolean;
  /** The path of Electron's executable. */
  executable: string;
  env: Readonly<Record<string, string | undefined>>;
}
