import { describe, expect, test } from 'vitest';
import { OpenConnectOutput, refusalOf } from '../../../electron/tunnels/openconnect/output.ts';
import { CausewayError } from '../../../shared/failure.ts';

/** What openconnect 9.01 and 9.21 print (`pulse.c`) when a gateway refuses the client whatever its ticket. */
const refusals = {
  'without the abilities that it wants': [
    'Connected to 192.0.2.1:443',
    'Unexpected IF-T/TLS authentication challenge:',
    '< 0000:  00 00 0a 4c 00 00 00 93  00 00 00 58 00 00 00 01  |...L.......X....|',
    '< 0010:  65 72 72 6f 72 54 79 70  65 3d 36 20 65 72 72 6f  |errorType=6 erro|',
  ],
  'of a realm that does not take it': ['Connected to 192.0.2.1:443', 'Authentication failure: Code 0x00'],
};

const codeOf = (lines: readonly string[], exit: number): string => {
  const output = new OpenConnectOutput();
  output.add(Buffer.from(`${lines.join('\n')}\n`));
  const error = refusalOf(exit, output, 'vpn.campus.test', { userAgent: 'AnyConnect', system: 'linux-64' });
  return error instanceof CausewayError ? error.failure.code : 'none';
};

describe('a Pulse tunnel that does not open', () => {
  test.each(Object.entries(refusals))('a gateway that refuses a client %s is named as that, not as a rejected ticket', (_, lines) => {
    expect([codeOf(lines, 1), codeOf(lines, 2)]).toEqual(['pulse-refused', 'pulse-refused']);
  });

  test('a rejected ticket is still reported as one', () => {
    expect(codeOf(['Connected to 192.0.2.1:443', 'Pulse auth cookie rejected'], 2)).toBe('ticket-rejected');
    expect(codeOf(['Connected to 192.0.2.1:443', 'Authentication failure: Code 0x0c'], 2)).toBe('ticket-rejected');
  });
});
