import * as z from 'zod/mini';

/** What a `Date` can hold (ECMA-262, 21.4.1.1): formatting anything beyond it throws, in the middle of a screen. */
export const maxInstantMs = 8.64e15;

/** An instant, epoch milliseconds, as it may come from others. */
export const instantSchema = z.number().check(z.minimum(-maxInstantMs), z.maximum(maxInstantMs));
