import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../electron/redaction/redactor.ts';

/** A redactor that knows one campus. */
function campusRedactor(): Redactor {
  const redactor = new Redactor();
  redactor.keepHosts(['2fa.campus.test', 'vpn.campus.test', '*.cluster.campus.test', 'api-*.duosecurity.com', '192.0.2.1']);
  return redactor;
}
const redact = (text: string): string => campusRedactor().redact(text);

const base64 = Buffer.from('a ticket that nobody may see, 1234').toString('base64');

describe('redaction takes out secrets', () => {
  it.each([
    ['a ticket', 'resumed with q8mJm2kA0rXv5m9eVd1lq8mJm2kA0rXv5m9eVd1lq8m', 'q8mJm2kA0rXv5m9eVd1l'],
    ['a header', 'sent Authorization: Bearer abc.def-ghi', 'abc.def'],
    ['a bearer token', 'sent bearer abc.def-ghi', 'abc.def'],
    ['a cookie', 'got set-cookie: __Host-session=short; Secure', 'short'],
    ['a password with blanks', '{"password": "my pass phrase"}', 'phrase'],
    ['a password in a setting', 'user_password=short', 'short'],
    ['a passcode', 'typed 482913', '482913'],
    ['a passcode of 7 digits', 'typed 4829135', '4829135'],
    ['a recovery passcode as read aloud', 'typed 482 913 555', '913'],
    ['a passcode with hyphens', 'code 482-913', '913'],
    ['the query of an address', 'loaded https://2fa.campus.test/one-time?t=abc#x', 'abc'],
    ['the query of a path', 'asked for /dana-na/auth/url.cgi?realm=Students', 'Students'],
    ['the user of an address', 'loaded https://mei:short@2fa.campus.test/', 'short'],
    ['a form', 'sent realm=Students&tz=8&key=short', 'short'],
    ['a TOTP key', 'secret=JBSWY3DP', 'JBSWY3DP'],
    ['a TOTP address', 'scanned otpauth://totp/Campus:mei?secret=JBSWY3DP', 'JBSWY3DP'],
    ['SAML’s answer', `SAMLResponse=${base64}`, base64.slice(0, 12)],
    ['a code of a sign-in', 'redirected with code=4/0AX4XfW', '0AX4XfW'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIEvgIB\nADANBg==\n-----END PRIVATE KEY----- then', 'ADANBg'],
    ['an Ivanti cookie', 'got DSID=abc123; secure', 'abc123'],
    ['a Cisco cookie', 'got webvpn=1@2@3@4', '1@2@3'],
    ['a GlobalProtect cookie', 'got portal-userauthcookie=abc123', 'abc123'],
    ['an F5 cookie', 'got MRHSession=abc123', 'abc123'],
    ['base64', `got ${base64}`, base64.slice(0, 12)],
    ['a web token', 'got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZWkifQ.c2ln', 'eyJzdWIi'],
    ['a hexadecimal key', 'got 0f1e2d3c4b5a69788796a5b4', '0f1e2d3c'],
    ['a TOTP key without a label', 'keep JBSWY3DPEHPK3PXP safe', 'JBSWY3DP'],
    ['a TOTP address that is percent-encoded', 'got otpauth%3A%2F%2Ftotp%2Fx%3Fsecret%3DJBSW', 'JBSW'],
    ['a token in a sentence', 'The gateway says: Your token is 8f3Kd92j.', '8f3Kd92j'],
    ['a PIN in a sentence', 'PIN 4829 accepted', '4829'],
    ['a password in Portuguese', 'A sua palavra-passe: segredo 9', 'segredo'],
    ['a password in Chinese', '臨時密碼：harbor 12', 'harbor'],
    ['a passcode in Chinese', '您的驗證碼是 4829', '4829'],
    ['a passcode in Chinese behind a blank', '驗證碼 4829', '4829'],
    ['a passcode under another Chinese name', '認證碼：4829', '4829'],
    ['a passcode in Portuguese', 'código de acesso: 4829', '4829'],
    ['a short code of a sentence', 'verification code is 4829', '4829'],
    ['a passcode in full-width digits', 'code ４８２９１３', '４８２９'],
    ['a passcode of a Portuguese sentence', 'o seu código é 4829', '4829'],
    ['a temporary password in Portuguese', 'Senha temporária: harbor 12', 'harbor'],
    ['a password behind an arrow', 'password -> hunter2', 'hunter2'],
    ['a password in JSON inside JSON', '{\\"password\\":\\"hunter2\\"}', 'hunter2'],
    ['a password in JSON inside a page', '{&quot;password&quot;:&quot;hunter2&quot;}', 'hunter2'],
    ['a password in a form that is percent-encoded', 'next=username%3Dx%26password%3Dhunter2', 'hunter2'],
    ['a password of an element', '<p:password type="x">hunter two</p:password>', 'hunter'],
    ['a field of a page', '<input type="hidden" name="xsauth" value="aaa bbb">', 'aaa'],
    ['a cookie as browsers list it', '{"name":"DSID","value":"89abcdef01"}', '89abcdef01'],
    ['an Ivanti cookie behind a colon', '"DSID": "89abcdef"', '89abcdef'],
    ['an API key', 'X-API-Key: abc-1', 'abc-1'],
    ['a TOTP key in groups', 'key JBSW-Y3DP-EHPK-3PXP', 'EHPK'],
    ['a TOTP key in small letters', 'key jbswy3dpehpk3pxp', 'ehpk'],
  ])('redaction removes %s', (_what, line, secret) => expect(redact(line)).not.toContain(secret));
});

describe('redaction takes out names', () => {
  it.each([
    ['a home folder on Linux', 'in /home/mei.chan/.config', 'in /home/person-1/.config'],
    ['a home folder on macOS', 'in /Users/mei/Library', 'in /Users/person-1/Library'],
    ['a home folder on Windows', 'in C:\\Users\\Mei Chan\\AppData', 'in C:\\Users\\person-1\\AppData'],
    ['a home folder on Windows with slashes', 'in c:/users/mei/AppData', 'in c:/users/person-1/AppData'],
    ['a home folder with a blank and slashes', 'in C:/Users/Mei Chan/AppData', 'in C:/Users/person-1/AppData'],
    ['a home folder with escaped backslashes', 'in "C:\\\\Users\\\\Mei Chan\\\\x"', 'in "C:\\\\Users\\\\person-1\\\\x"'],
    ['a home folder in a file address', 'at file:///C:/Users/Mei%20Chan/x.mjs:12:3', 'at file:///C:/Users/person-1/x.mjs:12:3'],
    ['a home folder in a POSIX file address', 'at file:///home/mei/x.mjs', 'at file:///home/person-1/x.mjs'],
    ['a home folder with a blank at the end', 'open C:\\Users\\Mei Chan', 'open C:\\Users\\person-1'],
    ['a home folder with a blank in quotes', 'open "C:\\Users\\mei chan"', 'open "C:\\Users\\person-1"'],
    ['a folder of profiles on Windows', 'in D:\\Profiles\\mei.chan\\x', 'in D:\\Profiles\\person-1\\x'],
    ['a folder of profiles in a file address', 'at file:///D:/Profiles/mei%20chan/x', 'at file:///D:/Profiles/person-1/x'],
    ['a home folder on a share', 'in \\\\fs\\home$\\mei.chan\\x', 'in \\\\host-1\\home$\\person-1\\x'],
    ['a home folder on another share', 'in \\\\fs\\students$\\mei.chan', 'in \\\\host-1\\students$\\person-1'],
    ['a home folder on Solaris', 'in /export/home/mei.chan/x', 'in /export/home/person-1/x'],
    ['a home folder below a group', 'in /home/students/mei.chan/x', 'in /home/students/person-1/x'],
    ['a home folder below a domain', 'in /home/CAMPUS/mei.chan/x', 'in /home/person-1/person-2/x'],
    ['a home folder below a letter', 'in /nfs/home/m/mei.chan/x', 'in /nfs/home/person-1/person-2/x'],
    ['a home folder behind a tilde', 'in ~mei.chan/x', 'in ~person-1/x'],
    ['a home folder that is percent-encoded', 'in %2Fhome%2Fmei.chan%2Fx', 'in /home/person-1/x'],
    ['a home folder that is percent-encoded twice', 'in C%253A%255CUsers%255Cmei%255Cx', 'in C:\\Users\\person-1\\x'],
    ['an e-mail address that is percent-encoded', 'for mei.chan%40campus.test', 'for person-1'],
    ['an e-mail address that is percent-encoded twice', 'for mei.chan%2540campus.test', 'for person-1'],
    ['an e-mail address in a page', 'for mei.chan&#64;campus.test', 'for person-1'],
    ['an e-mail address with a full-width mark', 'for mei.chan＠campus.test', 'for person-1'],
    ['an e-mail address and its name', 'to "Mei Chan" <mei@campus.test>', 'to person-1 <person-2>'],
    ['an e-mail address at an address', 'to mei@[10.0.0.1]', 'to person-1@[address-1]'],
    ['a user of a Windows domain', 'user=CAMPUS\\mei.chan', 'user=CAMPUS\\person-1'],
    ['a user of a Windows domain in a sentence', 'CAMPUS\\mei.chan was refused', 'CAMPUS\\person-1 was refused'],
    ['a user in quotes', 'User "mei" was refused', 'User "person-1" was refused'],
    ['a user in a sentence', 'user dc012345 logged out', 'user person-1 logged out'],
    ['a user who signed in', 'signed in as mei.', 'signed in as person-1.'],
    ['a user of a Windows domain by a plain name', 'password for CAMPUS\\mei.', 'password for CAMPUS\\person-1.'],
    ['a person in a certificate', 'CN=Mei Chan,emailAddress=mei@campus.test', 'CN=person-1,emailAddress=person-2'],
    ['a user in SAML', '<saml:NameID Format="x">mei</saml:NameID>', '<saml:NameID Format="x">person-1</saml:NameID>'],
    ['a student number', '學號：DC99999', '學號：person-1'],
    ['a person’s full name', '"displayName": "Mei Chan"', '"displayName": "person-1"'],
    ['a person in a directory', 'CN=Mei Chan,OU=Students,DC=campus,DC=lan', 'CN=person-1,OU=Students,DC=campus,DC=lan'],
    ['an e-mail address', 'for mei.chan+vpn@campus.test, then', 'for person-1, then'],
    ['a named user', 'user=mei.chan opened', 'user=person-1 opened'],
    ['a named user in Portuguese', 'Utilizador: mei.chan', 'Utilizador: person-1'],
    ['a named user in Chinese', '用戶名稱：mei.chan', '用戶名稱：person-1'],
    ['a host without a dot that was looked up', 'getaddrinfo ENOTFOUND mei-laptop', 'getaddrinfo ENOTFOUND host-1'],
    ['an IPv4 address with its port', 'to 10.0.0.1:443', 'to address-1:443'],
    ['an IPv4 address with a port behind a dot', 'to 10.0.0.1.443 now', 'to address-1.443 now'],
    ['a range of IPv4 addresses', '10.0.0.1-10.0.0.9', 'address-1-address-2'],
    ['an IPv4 network', 'route 10.8.0.0/16', 'route address-1/16'],
    ['an IPv4 address in a name', 'from ip-10-0-0-1', 'from address-1'],
    ['an IPv6 address in brackets', 'to [2001:db8::1]:443', 'to [address-1]:443'],
    ['an IPv6 address with its zone', 'from fe80::1%eth0', 'from address-1'],
    ['an IPv6 address with an encoded zone', 'https://[fe80::1%25en0]/', 'https://[address-1]/'],
    [
      'one IPv6 address in four spellings',
      '2001:db8::1 2001:DB8:0:0:0:0:0:1 2001:0db8::0001 2001:db8::0:1',
      'address-1 address-1 address-1 address-1',
    ],
    ['an IPv4 address inside IPv6', '10.0.0.1 ::ffff:10.0.0.1 ::ffff:a00:1', 'address-1 address-1 address-1'],
    ['one MAC address in three spellings', 'aa:bb:cc:dd:ee:0f AA-BB-CC-DD-EE-0F aabb.ccdd.ee0f', 'address-1 address-1 address-1'],
    [
      'one MAC address without separators',
      'aa:bb:cc:dd:ee:0f MAC address: AABBCCDDEE0F hwaddr=aabbccddee0f enxaabbccddee0f mac "aa bb cc dd ee 0f"',
      'address-1 MAC address: address-1 hwaddr=address-1 enxaddress-1 mac "address-1"',
    ],
    ['one MAC address without its zeros', '00:15:5d:0a:4b:0c 0:15:5d:a:4b:c', 'address-1 address-1'],
    ['an IPv6 address with a port behind a dot', 'from 2001:db8::1.443 to', 'from address-1.443 to'],
    ['a computer that a setting names', 'COMPUTERNAME=MEI-PC', 'COMPUTERNAME=host-1'],
    ['a computer with the name that Windows gave it', 'joined by DESKTOP-8K2J3L1', 'joined by host-1'],
    ['a MAC address behind a label', 'mac:aa:bb:cc:dd:ee:0f', 'mac:address-1'],
    ['a host outside the profile', 'blocked tracker.example.org and tracker.example.org.', 'blocked host-1 and host-1.'],
    ['a host with its port', 'to nas.local:8443', 'to host-1:8443'],
    ['a host without a dot in an address', 'loaded https://intranet/x', 'loaded https://host-1/x'],
    ['a host of a share', 'read \\\\server\\share\\x', 'read \\\\host-1\\share\\x'],
    ['a host below one of the profile', 'evil.2fa.campus.test', 'host-1'],
    ['a host of another campus', 'vpn.campus.test.evil.example', 'host-1'],
  ])('redaction replaces %s', (_what, line, clean) => expect(redact(line)).toBe(clean));

  it('redaction keeps two of a kind apart, and one the same', () => {
    const redactor = campusRedactor();
    expect(redactor.redact('10.0.0.1 10.0.0.2')).toBe('address-1 address-2');
    expect(redactor.redact('/home/mei/x a.example 10.0.0.2')).toBe('/home/person-1/x host-1 address-2');
  });
});

describe('redaction leaves what the help desk needs', () => {
  it.each([
    'portal: 2fa.campus.test:8443 did not load: tunnel-down ERR_TUNNEL_CONNECTION_FAILED (ticket-rejected, passcode-wrong)',
    'Causeway 1.2.3.4 on linux x64, Electron 45.4.1, Chrome/128.0.6613.18, version 10.0.0.1',
    'Windows 10.0.19045.3803, libopenconnect.so.5, OpenConnect v9.21, object 1.3.6.1.4.1.311.20.2.3',
    'at 2026-11-29T20:58:15.123Z, 12:34:56, 09:22',
    'read in 123456 ms, 4829135 bytes, 0x80070005, pid 1234567, 0.0.1734725',
    'the SHA-256 is 3F:0A:91:C4:77:1E:5B:D2:88:60:AF:3C:09:E4:12:BD:5A:F7:2C:93:46:D1:0E:68:B5:7A:C0:21:9D:34:E8:F6',
    'the SHA-1 is 3F:0A:91:C4:77:1E:5B:D2:88:60:AF:3C:09:E4:12:BD:5A:F7:2C:93',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY, DEPTH_ZERO_SELF_SIGNED_CERT',
    'settings.json, causeway.log.1, main.mjs:123:45, /opt/Causeway/resources/native/libopenconnect.so.5',
    'at App.changed (main.mjs:12:3) at Foo.open (main.mjs:1:2)',
    '127.0.0.1:8443 [::1]:443 0.0.0.0 localhost 192.0.2.1',
    'node1.cluster.campus.test api-1a2b3c4d.duosecurity.com',
    'keytar@7.10.6 from @github/keytar',
    'the help desk: +853 8822 8600',
    'Code: 223M H6XH 2M5C, error code is 0x80070005, the token is rejected, read C:/Users and C:/x y/z',
    'getaddrinfo ENOTFOUND 2fa.campus.test, PIN code, ECDHE-RSA-AES256-GCM-SHA384, TLS_AES_256_GCM_SHA384',
    'rememberPasswords = false (enforced)',
    'app://causeway/index.html causeway://connect/campus-test',
    'build 00155d3a4b5c of macOS, commit 8992a8fa1b2c',
    'user settings.json, user profiles, login shell, user agent, user 1000, as root',
    'HKLM\\SOFTWARE\\Policies\\Causeway, C:\\Windows\\System32\\x.dll, \\Device\\Tcp, C:\\ProgramData\\x',
    'in /home and /usr/share/x/y, /Library/Application Support/Profiles/x/y, C:\\Users\\Public\\Desktop\\x',
    'read /opt/Causeway/a%20b.txt, 100%25 of it, file:///C:/Program%20Files/Causeway/x.mjs:1:2, 99%, %PATH%',
    'the name is CN=vpn.campus.test, O=Campus, C=MO and CN=DigiCert Global Root G2,OU=www',
    'DigiCert TLS RSA SHA256 2020 CA1, exit code 0xC0000005, rx_bytes 123456789, size=1234567, 123456us',
    'State: idle, 1.2~rc1/x, 0:00:01, 12:34:56:78, mac OS 15',
    'ABCD EFGH IJKL MNOP, <realm>Students</realm>, hostname=vpn.campus.test, hostname: localhost',
  ])('redaction leaves “%s” as it is', (line) => expect(redact(line)).toBe(line));
});

describe('redaction takes out what was typed', () => {
  const password = 'cañary right+8fk2/"é"';
  it.each([
    ['as it is', password],
    ['in JSON', JSON.stringify(password)],
    ['percent-encoded', encodeURIComponent(password)],
    ['in a form', new URLSearchParams([['p', password]]).toString()],
    ['in hexadecimal', Buffer.from(password).toString('hex')],
    ['in base64', Buffer.from(`x:${password}:y`).toString('base64url')],
    ['in capitals', password.toUpperCase()],
    ['in JSON of letters without marks', JSON.stringify(password).replace('ñ', '\\u00f1').replaceAll('é', '\\u00e9')],
    ['in a page', password.replaceAll('"', '&quot;')],
    ['with marks apart from their letters', password.normalize('NFD')],
  ])('redaction finds a typed password %s', (_how, written) => {
    const redactor = new Redactor();
    redactor.typed.add(password, 'secret');
    const clean = redactor.redact(`failed at ${written} there`);
    expect(clean).toMatch(/^failed at .* there$/);
    for (const part of [
      '8fk2',
      '8FK2',
      Buffer.from('right+8fk2').toString('hex'),
      Buffer.from(`x:${password}`).toString('base64url').slice(4, 16),
    ])
      expect(clean).not.toContain(part);
  });

  it('redaction finds a typed user ID, a short answer and a name of this computer as whole words', () => {
    const redactor = new Redactor();
    redactor.typed.add('dc012345', 'person');
    redactor.typed.add('4m9x', 'secret');
    redactor.typed.add('MEI-LAPTOP', 'host');
    expect(redactor.redact('dc012345 at mei-laptop gave 4m9x, not x4m9x')).toBe('person-1 at host-1 gave …, not x4m9x');
    expect(redactor.redact('/home/dc012345/x, dc012345@campus.test')).toBe('/home/person-1/x, person-1');
  });

  it('redaction finds what was typed percent-encoded once, twice and as a form', () => {
    const redactor = new Redactor();
    redactor.typed.add(password, 'secret');
    redactor.typed.add('mei@campus.test', 'person');
    for (const written of [password, encodeURIComponent(password), new URLSearchParams([['p', password]]).toString().slice(2)])
      for (const layers of [0, 1, 2]) {
        let encoded = written;
        for (let layer = 0; layer < layers; layer++) encoded = encodeURIComponent(encoded);
        expect(redactor.redact(`failed at ${encoded} there`)).not.toMatch(/8fk2|right/i);
      }
    expect(redactor.redact('user mei%2540campus.test gone')).toBe('user person-1 gone');
  });

  it('redaction finds a typed date of birth however it is written', () => {
    const redactor = new Redactor();
    redactor.typed.add('1990-05-17', 'secret');
    expect(redactor.redact('1990-05-17 17/05/1990 05/17/1990 17.05.1990 19900517')).toBe('… … … … …');
  });

  it('redaction finds a typed secret that is split over lines, and keeps the lines', () => {
    const redactor = new Redactor();
    redactor.typed.add('harbour-lantern-42', 'secret');
    redactor.typed.add('my pass phrase', 'secret');
    expect(redactor.redact('sent harbour-\n  lantern-42 now')).toBe('sent …\n  … now');
    expect(redactor.redact('sent harbour-lan tern-42 now')).toBe('sent … … now');
    expect(redactor.redact('sent my pass\nphrase now')).toBe('sent … …\n… now');
    expect(redactor.redact('2026-11-29T10:00:00.000Z sent har\n2026-11-29T10:00:00.001Z bour-lantern-42 now')).toBe(
      '2026-11-29T10:00:00.000Z sent …\n2026-11-29T10:00:00.001Z … now',
    );
    expect(redactor.redact(Buffer.from('a harbour-lantern-42 b').toString('base64').replaceAll(/.{9}/g, '$&\n'))).not.toMatch(
      /b3VyLW|dGVybi/,
    );
  });

  it('redaction finds a user ID of two or three characters as a whole word, unless the word is a common one', () => {
    const redactor = new Redactor();
    for (const name of ['mei', 'x9', 'to', 'vpn', 'a']) redactor.typed.add(name, 'person');
    expect(redactor.redact('mei and X9 went to the vpn, not meibo')).toBe('person-1 and person-2 went to the vpn, not meibo');
    expect(redactor.redact('user=to in /home/vpn/x, user: a')).toBe('user=person-4 in /home/person-3/x, user: person-5');
  });

  it('a secret that is a word of every log stays only where every log has it, so that no gap shows which word it is', () => {
    const redactor = new Redactor();
    for (const secret of ['2026', 'access', 'idle', 'push', 'ticket']) redactor.typed.add(secret, 'secret');
    for (const line of [
      '2026-11-29T20:58:15.123Z access: idle (ticket-rejected)',
      '2026-11-29T20:58:15.123Z access: asking-push vpn.campus.example',
      '2026-11-29T20:58:15.123Z  idle',
      'State: idle',
      'on 2026-11-29',
    ])
      expect(redactor.redact(line).replace('host-1', 'vpn.campus.example')).toBe(line);
    expect(redactor.redact('typed 2026 and access (idle push)')).toBe('typed … and … (… …)');
    expect(redactor.redact('2026-11-29T20:58:15.123Z access: access, code 2026')).toBe('2026-11-29T20:58:15.123Z access: …, code …');
  });

  it('redaction finds a typed key for codes with or without its blanks, and a Chinese name of three characters', () => {
    const redactor = new Redactor();
    redactor.typed.add('jbsw y3dp ehpk 3pxp', 'secret');
    redactor.typed.add('陳大文', 'person');
    expect(redactor.redact('got jbswy3dpehpk3pxp')).toBe('got …');
    expect(redactor.redact('got JBSW Y3DP EHPK 3PXP by 陳大文')).toBe('got … by person-1');
  });

  it('redaction does not take a name that many accounts have out of sentences', () => {
    const redactor = new Redactor();
    redactor.typed.add('root', 'person');
    expect(redactor.redact("the system's root certificates")).toBe("the system's root certificates");
  });

  it('what was typed is recognized, but not held', () => {
    const redactor = new Redactor();
    redactor.typed.add('a long password 1', 'secret');
    const held = (value: unknown): string[] => {
      if (typeof value === 'string') return [value];
      if (value instanceof Map) return [...value].flat().flatMap(held);
      return typeof value === 'object' && value !== null ? Object.values(value).flatMap(held) : [];
    };
    expect(held(redactor.typed).length).toBeGreaterThan(0);
    expect(held(redactor.typed).filter((text) => /password|YSBsb25n/.test(text))).toEqual([]);
  });
});

describe('redaction of any text', () => {
  const word = fc.constantFrom(
    'to',
    'at',
    'failed:',
    '(',
    'tunnel-down',
    'https://',
    '=',
    '"',
    '\\',
    '/home/',
    'password',
    '…',
    'person-1',
    '482 913',
    '\n',
  );
  const octet = fc.integer({ min: 0, max: 255 });
  const ipv4 = fc
    .tuple(octet, octet, octet, octet)
    .map((octets) => octets.join('.'))
    .filter((text) => !/^(?:127\.|0\.0\.0\.0|255\.255\.255\.255)/.test(text));
  const ipv6 = fc.ipV6().filter((text) => URL.parse(`http://[${text}]`) !== null && !/^[0:]*1?$/.test(text) && !text.endsWith('127.0.0.1'));
  const mac = fc
    .array(octet, { minLength: 6, maxLength: 6 })
    .map((octets) => octets.map((each) => each.toString(16).padStart(2, '0')).join(':'))
    .filter((text) => !/^(?:00:){5}00|^(?:ff:){5}ff/.test(text));
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,7}(?:-[a-z0-9]{1,3})?$/);
  const host = fc.tuple(label, label, fc.constantFrom('com', 'org', 'edu.mo', 'local', 'example')).map((labels) => labels.join('.'));
  const around = fc.constantFrom(
    ['', ''],
    ['(', ')'],
    ['"', '"'],
    ['host=', ','],
    ['peer: ', '.'],
    ['[', ']'],
    ['https://', '/x'],
    ['<', '>:443'],
  );

  it('no address, in any spelling and place, comes through', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6, mac), around, (address, [before = '', after = '']) => {
        // In an address, IPv6 has brackets
        const shown = before === 'https://' && address.includes(':') ? `[${address}]` : address;
        const clean = redact(`refused by ${before}${shown}${after} now`);
        expect(clean).not.toContain(address);
        expect(clean).toContain('address-1');
      }),
      { numRuns: 300 },
    );
  });

  it('no host that the profile does not name comes through', () => {
    fc.assert(
      fc.property(host, around, (name, [before = '', after = '']) => {
        expect(redact(`refused by ${before}${name}${after} now`)).not.toContain(name);
      }),
      { numRuns: 200 },
    );
  });

  it('redacting twice changes nothing more', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(word, ipv4, ipv6, mac, host, fc.string({ maxLength: 12 }), fc.base64String({ maxLength: 60 }), fc.emailAddress()),
        ),
        fc.constantFrom('', ' '),
        (parts, gap) => {
          const redactor = campusRedactor();
          const once = redactor.redact(parts.join(gap));
          expect(redactor.redact(once)).toBe(once);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(['a', 'a://', 'https://x.test/', 'token ', '12 ', '?', 'bearer ', 'a.', 'a:', '1.', '\\', '/home/', '@a', '-', 'a=b&', 'A1b/'])(
    'redaction removes half a megabyte of “%s” quickly',
    (piece) => {
      expect(redact(piece.repeat(500_000 / piece.length)).length).toBeGreaterThan(0);
    },
  );
});
