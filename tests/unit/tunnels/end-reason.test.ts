import { describe, expect, test } from 'vitest';
import { LibraryOutput } from '../../../electron/tunnels/openconnect/library-output.ts';
import { endingOf, OpenConnectOutput, refusalOf, type OutputFacts } from '../../../electron/tunnels/openconnect/output.ts';
import { failureOf } from '../../../shared/failure.ts';

/** What OpenConnect 9.01 and 9.21 say (`oncp_record_read`, `pulse_mainloop`, `http.c`) when a gateway ends a session or refuses its ticket. */
function printed(...lines: string[]): OutputFacts {
  const output = new OpenConnectOutput();
  output.add(Buffer.from(`Connected to 192.0.2.1:443\n${lines.join('\n')}\n`));
  return output;
}
function logged(result: number, ...lines: (readonly [format: string, words: string | null])[]): OutputFacts {
  const output = new LibraryOutput();
  output.add('Connected to %s%s%s:%s\n', null);
  for (const [format, words] of lines) output.add(format, words);
  output.end(result);
  return output;
}
const pulse = 'Pulse fatal error (reason: %ld): %s\n';
/** Neither limit is known, so only what the gateway said can tell. */
const ended = (output: OutputFacts) =>
  endingOf({ code: 1, output, limits: { expiresAt: null, idleSeconds: null }, at: 0, lastTrafficAt: 0, host: 'vpn.campus.test' });
const refused = (output: OutputFacts): string =>
  failureOf(refusalOf(1, output, 'vpn.campus.test', { userAgent: 'AnyConnect', system: 'linux-64' })).code;

describe('a session that the gateway ended', () => {
  test.each([
    [
      'nc, expired',
      'expired',
      printed('Server terminated connection (session expired)'),
      ['Server terminated connection (session expired)\n', null],
    ],
    ['nc, idle', 'idle', printed('Server terminated connection (idle timeout)'), ['Server terminated connection (idle timeout)\n', null]],
    ['Pulse, idle', 'idle', printed('Pulse fatal error (reason: 8): session timed out'), [pulse, 'reason 8']],
    ['Pulse, begun elsewhere', 'replaced', printed('Pulse fatal error (reason: 6): agentd error'), [pulse, 'reason 6']],
    ['Pulse, ended by somebody', 'revoked', printed('Pulse fatal error (reason: 7): session has been terminated'), [pulse, 'reason 7']],
    ['Pulse, unknown', 'revoked', printed('Pulse fatal error (reason: -3): something new'), [pulse, 'reason -3']],
  ] as const)('%s: ends as %s, by the program’s words and by the library’s', (_, reason, program, line) => {
    expect(ended(program)).toEqual({ kind: 'ended', reason });
    expect(ended(logged(-32, line))).toEqual({ kind: 'ended', reason });
  });

  test('a gateway that gives no reason is not said to have ended the session', () => {
    expect(ended(printed('Pulse reconnect failed'))).toMatchObject({ kind: 'dropped' });
    expect(ended(logged(-22, ['Reconnect failed\n', null]))).toMatchObject({ kind: 'dropped' });
  });
});

describe('a refused ticket', () => {
  test.each([
    ['the program', printed('Unexpected 512 result from server')],
    [
      'the program of 9.21, without a body',
      printed('Got HTTP response: HTTP/1.1 512 Custom error', 'Unexpected empty response body from server'),
    ],
    ['the library', logged(-13, ['Unexpected %d result from server\n', 'HTTP 512'])],
  ])('GlobalProtect’s status 512 counts as a refused ticket, in %s', (_, output) => {
    expect(refused(output)).toBe('ticket-rejected');
    expect(ended(output)).toMatchObject({ kind: 'rejected', failure: { code: 'ticket-rejected' } });
  });

  test('a status other than 512 does not count as a refused ticket', () => {
    expect(refused(printed('Unexpected 502 result from server'))).toBe('tunnel-failed');
    expect(refused(logged(-22, ['Unexpected %d result from server\n', 'HTTP 502']))).toBe('tunnel-failed');
  });
});
