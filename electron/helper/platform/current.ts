import type { HelperPlatform } from './platform.ts';
import { posix } from './posix.ts';
import { windows } from './windows.ts';

/** The platform that this helper runs on. */
export const platform: HelperPlatform = process.platform === 'win32' ? windows : posix;
