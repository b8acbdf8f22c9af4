import * as z from 'zod/mini';

/** The most cookies that are kept of one host, and of one profile. Chromium itself holds 180 for a domain. */
export const maxKeptOfHost = 50;
export const maxKept = 200;
/**
 * The most characters of names and values that are kept of one domain. Servers refuse a request with more than about 8 KiB of
 * cookies (nginx, Apache), and a host also gets those of its parent domain. Kept cookies must never lock a person out.
 */
export const maxKeptCharactersOfHost = 4096;
/** The same for one profile. */
export const maxKeptCharacters = 64 * 1024;

/** A cookie of a campus's sign-in page that outlives the attempt: one with an expiry. The shape is Electron's. */
export const keptCookieSchema = z.object({
  name: z.string().check(z.maxLength(4096)),
  value: z.string().check(z.maxLength(4096)),
  /** With a leading dot for a domain cookie; a host otherwise. */
  domain: z.string().check(z.minLength(1), z.maxLength(254)),
  hostOnly: z.boolean(),
  path: z.string().check(z.minLength(1), z.maxLength(1024)),
  secure: z.boolean(),
  httpOnly: z.boolean(),
  /** Seconds since 1970, UTC. */
  expirationDate: z.number(),
  sameSite: z.enum(['unspecified', 'no_restriction', 'lax', 'strict']),
});
export type KeptCookie = z.infer<typeof keptCookieSchema>;
