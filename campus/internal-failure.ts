import type { Failure, FailureCode } from '../shared/failure.ts';

/** Failures inside the campus, such as of its disk. The client can do nothing about them and must not learn file names. */
const own: readonly FailureCode[] = ['internal', 'settings-unwritable', 'settings-damaged', 'settings-newer'];

/** Whether a failure is the campus's own, which its operator needs to know about. */
export const isInternalFailure = ({ code }: Failure): boolean => own.includes(code);

/** What a client learns about a failure: its code and parameters, never the detail. */
export function failureForClients(failure: Failure): Failure {
  if (isInternalFailure(failure)) return { code: 'campus-trouble' };
  const { code, params } = failure;
  return { code, ...(params && { params }) };
}
