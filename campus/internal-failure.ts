import type { Failure, FailureCode } from '../shared/failure.ts';

/** Failures that are the campus's own business: its disk, its mistakes. Whoever asked can do nothing about them, and learns no file's name. */
const own: readonly FailureCode[] = ['internal', 'settings-unwritable', 'settings-damaged', 'settings-newer'];

/** Whether a failure is the campus's own, so that its operator has to hear of it. */
export const isInternalFailure = ({ code }: Failure): boolean => own.includes(code);

/** What a client is told of a failure: its code and what fills its sentence, never the detail. */
export function toldToClients(failure: Failure): Failure {
  if (isInternalFailure(failure)) return { code: 'campus-trouble' };
  const { code, params } = failure;
  return { code, ...(params && { params }) };
}
