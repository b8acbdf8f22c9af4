import { strToU8, zipSync } from 'fflate';

/**
 * A zip archive with one text file.
 *
 * @param at the file's time, in epoch milliseconds
 */
export const zipOf = (name: string, text: string, at: number): Uint8Array => zipSync({ [name]: [strToU8(text), { mtime: at }] });
