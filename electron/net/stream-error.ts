/** An error of the kind that Node's own sockets have. */
export function streamError(code: string, message: string): Error & { code: string } {
  return Object.assign(new Error(message), { code });
}

/** Why a signal was aborted, as an error. */
export const abortReason = (signal: AbortSignal): Error =>
  signal.reason instanceof Error ? signal.reason : streamError('ABORT_ERR', 'the operation was aborted');
