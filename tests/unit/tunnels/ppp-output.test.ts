import { describe, expect, test } from 'vitest';
import { LibraryOutput } from '../../../electron/tunnels/openconnect/library-output.ts';
import { endingOf, OpenConnectOutput, refusalOf, type OutputFacts } from '../../../electron/tunnels/openconnect/output.ts';
import { CausewayError } from '../../../shared/failure.ts';

/** What openconnect and its library, 9.01 and 9.21, say about a tunnel of F5, as seen with our stand-in. */
const agent = { userAgent: 'AnyConnect', system: 'linux-64' } as const;
const connected = ['Connected to 192.0.2.1:443', 'Connected to HTTPS on vpn.campus.test with ciphersuite (TLS1.3)'];

function printed(lines: readonly string[]): OutputFacts {
  const output = new OpenConnectOutput();
  output.add(Buffer.from(`${lines.join('\n')}\n`));
  return output;
}
function logged(formats: readonly string[], result: number): LibraryOutput {
  const output = new LibraryOutput();
  for (const format of ['Connected to %s%s%s:%s', ...formats]) output.add(`${format}\n`, null);
  output.end(result);
  return output;
}
const refusal = (code: number | null, output: OutputFacts): string => {
  const error = refusalOf(code, output, 'vpn.campus.test', agent);
  return error instanceof CausewayError ? error.failure.code : 'none';
};
const ending = (code: number | null, output: OutputFacts) =>
  endingOf({ code, output, limits: { expiresAt: null, idleSeconds: null }, at: 10_000, lastTrafficAt: 0, host: 'vpn.campus.test' });

describe('what F5 and Fortinet say about a tunnel', () => {
  test('a redirection in place of the tunnel’s settings is a refused ticket', () => {
    const redirected = printed([
      ...connected,
      'Got HTTP response: HTTP/1.1 302 Found',
      'Creating SSL connection failed',
      'Unknown error; exiting.',
    ]);
    expect(refusal(1, redirected)).toBe('ticket-rejected');
    const output = logged(['Got HTTP response: %s'], -22);
    expect(refusal(output.code, output)).toBe('ticket-rejected');
  });

  test('another error in place of the tunnel’s settings is no refused ticket', () => {
    const busy = [
      ...connected,
      'Got HTTP response: HTTP/1.1 503 Busy',
      'Unexpected 503 result from server',
      'Creating SSL connection failed',
    ];
    expect(refusal(1, printed(busy))).toBe('tunnel-failed');
    const followed = [
      ...connected,
      'Got HTTP response: HTTP/1.1 302 Found',
      'GET https://vpn.campus.test/',
      'Creating SSL connection failed',
    ];
    expect(refusal(1, printed(followed))).toBe('tunnel-failed');
    const outputs = [logged(['Got HTTP response: %s', 'Unexpected %d result from server'], -22), logged(['Got HTTP response: %s'], -5)];
    expect(outputs.map((output) => refusal(output.code, output))).toEqual(['tunnel-failed', 'tunnel-failed']);
  });

  test('an end with the gateway’s reason counts as the gateway’s', () => {
    expect(ending(1, printed([...connected, 'Server terminates with reason: Bye']))).toEqual({ kind: 'ended', reason: 'revoked' });
    const output = logged(['Server terminates with reason: %s', 'Logout successful.'], -5);
    expect(ending(output.code, output)).toEqual({ kind: 'ended', reason: 'revoked' });
    expect(ending(1, printed(connected))).toMatchObject({ kind: 'dropped' });
  });
});
