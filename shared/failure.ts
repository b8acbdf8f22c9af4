import * as z from 'zod/mini';
import { failureCodes, type FailureCode } from './failure-catalogue.ts';
import { instantSchema } from './instant.ts';
import { plainText } from './plain-text.ts';

export * from './failure-catalogue.ts';

/** The values for the placeholders of a failure's text: host names, counts, instants (epoch ms, names ending in `At`). Never a secret. */
export const failureParamsSchema = z.record(
  z.string().check(z.maxLength(40)),
  z.union([z.string().check(z.maxLength(2000), z.overwrite(plainText)), instantSchema]),
);

/** One failure as it crosses the bridge, a child process or a socket. `detail` is for the help desk: technical, bounded, never a secret. */
export const failureSchema = z.object({
  code: z.enum(failureCodes),
  params: z.optional(failureParamsSchema),
  detail: z.optional(z.string().check(z.maxLength(2000))),
});
export type Failure = z.infer<typeof failureSchema>;

/** A failure on its way up the stack. Keep the code, and do not wrap it in another error. */
export class CausewayError extends Error {
  override readonly name = 'CausewayError';
  constructor(
    readonly failure: Failure,
    options?: ErrorOptions,
  ) {
    super(failure.detail ? `${failure.code}: ${failure.detail}` : failure.code, options);
  }
}

/** Creates the error of one catalogued failure. */
export function fail(code: FailureCode, params?: Failure['params'], options?: { detail?: string; cause?: unknown }): CausewayError {
  const failure: Failure = { code };
  if (params) failure.params = params;
  if (options?.detail) failure.detail = options.detail.slice(0, 2000);
  return new CausewayError(failure, options?.cause === undefined ? undefined : { cause: options.cause });
}

/** Throws `cancelled` if the signal has aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw fail('cancelled');
}

/**
 * The failure in anything that was thrown. An uncatalogued error becomes `internal`, with its name and message as the
 * detail. An abort becomes `cancelled`.
 */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof CausewayError) return thrown.failure;
  if (thrown instanceof Error) {
    if (thrown.name === 'AbortError') return { code: 'cancelled' };
    return { code: 'internal', detail: `${thrown.name}: ${thrown.message}`.slice(0, 2000) };
  }
  return { code: 'internal', detail: typeof thrown };
}
