import { isIP } from 'node:net';
import { CausewayError, fail, failureOf } from '../../../shared/failure.ts';
import { plainHost } from '../../trust/host.ts';

/** What the stream was for. */
export interface StreamTarget {
  readonly host: string;
  readonly port: number;
  /** Whether the gateway named a name server. */
  readonly hasNameServers: boolean;
}

/**
 * The failure that a person meets, from the error with which a stream through the tunnel did not open: one of the stack's or
 * of the channel to it, with a code as Node's own (`net/ip-stack`, `net/stream-channel`).
 */
export function streamFailure(error: unknown, { host, port, hasNameServers }: StreamTarget): CausewayError {
  if (error instanceof CausewayError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const detail = error instanceof Error ? error.message : typeof error;
  const failed = (why: Parameters<typeof fail>[0]): CausewayError => fail(why, { host, port }, { detail, cause: error });
  switch (code) {
    case 'ENOTFOUND':
      return failed('host-name-unknown');
    case 'EAI_AGAIN':
      return failed(hasNameServers ? 'names-silent' : 'names-none');
    case 'EADDRNOTAVAIL':
      return failed(isIP(plainHost(host)) === 6 ? 'host-ipv6' : 'host-unreachable');
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return failed('host-unreachable');
    // A portal is never this computer, and only a profile or a name server could say so
    case 'EPERM':
      return failed('host-not-allowed');
    case 'EMFILE':
      return failed('streams-full');
    default:
      return failureOf(error).code === 'cancelled' ? fail('cancelled') : failed('tunnel-down');
  }
}

/** Errors that may mean that the link is dead, since nothing came back. */
export const meansSilence = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ETIMEDOUT' || error.code === 'EAI_AGAIN');
