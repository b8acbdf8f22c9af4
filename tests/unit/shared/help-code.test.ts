import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureCodes } from '../../../shared/failure.ts';
import { digestOf, helpCode, readAloud, readHelpCode } from '../../../shared/help-code.ts';
import { failures } from '../../../shared/messages/en/failures.ts';
import { steps } from '../../../shared/step.ts';

const alphabet = '23456789CFGHJMPQRVWX';
const anyCode = fc.record({
  failure: fc.option(fc.constantFrom(...failureCodes)),
  step: fc.constantFrom(...steps),
  version: fc.tuple(fc.nat(15), fc.nat(63), fc.nat(63)).map((parts) => parts.join('.')),
  platform: fc.constantFrom('linux' as const, 'darwin' as const, 'win32' as const),
});

describe('the code for the help desk', () => {
  it('a code says failure, step, version and system, in three groups of four clear symbols', () => {
    fc.assert(
      fc.property(anyCode, (said) => {
        const code = helpCode(said);
        expect(code).toMatch(/^[2-9CFGHJMPQRVWX]{4} [2-9CFGHJMPQRVWX]{4} [2-9CFGHJMPQRVWX]{4}$/);
        expect(readHelpCode(code)).toEqual({ ok: true, ...said });
        expect(readHelpCode(`  ${code.toLowerCase().replaceAll(' ', '-')}. `)).toEqual({ ok: true, ...said });
      }),
    );
  });

  it('a code is read as a Chinese keyboard or another program writes it', () => {
    const said = { failure: 'gateway-silent', step: 'idle', version: '0.1.0', platform: 'linux' } as const;
    const code = helpCode(said);
    const wide = Array.from(code, (symbol) => (symbol === ' ' ? '\u3000' : String.fromCharCode(symbol.charCodeAt(0) + 0xfee0))).join('');
    for (const text of [wide, `${code}。`, `「${code}」`, `“${code}”`, code.replaceAll(' ', '–'), code.replaceAll(' ', ' / ')])
      expect([text, readHelpCode(text)]).toEqual([text, { ok: true, ...said }]);
    expect(readHelpCode(`${code}2`)).toEqual({ ok: false, why: 'wrong' });
  });

  it('a slip in one symbol, or two that changed places, is noticed', () => {
    fc.assert(
      fc.property(anyCode, fc.nat(11), fc.nat(19), (said, place, other) => {
        const symbols = helpCode(said).replaceAll(' ', '').split('');
        const [was = '', next = ''] = symbols.slice(place, place + 2);
        const slip = symbols.with(place, alphabet.charAt(other)).join('');
        if (alphabet.charAt(other) !== was) expect(readHelpCode(slip)).toMatchObject({ ok: false, why: 'wrong' });
        if (next !== '' && next !== was)
          expect(
            readHelpCode(
              symbols
                .with(place, next)
                .with(place + 1, was)
                .join(''),
            ),
          ).toMatchObject({ ok: false, why: 'wrong' });
      }),
    );
  });

  it.each(['', 'abc', '2222 2222 2222 2222', '0000 1111 OOOO', 'gateway-unreachable'])('“%s” is no code', (text) => {
    expect(readHelpCode(text)).toEqual({ ok: false, why: 'wrong' });
  });

  it('no two failures have the same digest, and a version too large is the largest', () => {
    expect(new Set(failureCodes.map(digestOf)).size).toBe(failureCodes.length);
    expect(readHelpCode(helpCode({ failure: null, step: 'idle', version: '99.99.99-beta', platform: 'linux' }))).toMatchObject({
      version: '15.63.63',
    });
  });

  it('the code is shown wherever a failure’s advice is to read it', () => {
    expect(failureCodes.filter((code) => failures[code].todo.includes('code below')).sort()).toEqual([...readAloud].sort());
  });
});
