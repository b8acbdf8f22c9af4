import * as z from 'zod/mini';

/** The limits of a `Date` (ECMA-262, 21.4.1.1). Formatting anything beyond them throws, in the middle of a screen. */
export const maxInstantMs = 8.64e15;

/** An instant in epoch milliseconds, from another program. */
export const instantSchema = z.number().check(z.minimum(-maxInstantMs), z.maximum(maxInstantMs));
