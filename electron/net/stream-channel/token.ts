import { randomBytes } from 'node:crypto';

/** A token on the socket: 32 random bytes, in hexadecimal. */
export const tokenBytes = 64;

/** A token that opens one stream, once. */
export const newToken = (): string => randomBytes(tokenBytes / 2).toString('hex');

export const isToken = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
