import { randomBytes } from 'node:crypto';

/** A token on the socket: 32 random bytes, in base64url without padding. */
export const tokenBytes = 43;

/** A token that opens one stream, once. */
export const newToken = (): string => randomBytes(32).toString('base64url');

export const isToken = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text);
