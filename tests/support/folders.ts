import { rm } from 'node:fs/promises';

/** Removes a test's folder, which need not exist. A program that is about to end may still write to it, so it is tried for some seconds. */
export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
