import { describe, expect, test } from 'vitest';
import { findCampuses } from '../../../electron/app/profiles/campus-search.ts';
import { readCampus, type ShippedCampus } from '../../../electron/storage/campuses.ts';

const campus = (id: string, names: readonly string[], domains: readonly string[]): ShippedCampus =>
  readCampus(
    JSON.stringify({
      version: 1,
      names,
      domains,
      profile: {
        version: 1,
        id,
        name: names[0],
        gateways: ['vpn.campus.test'],
        portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
      },
      sources: [{ keys: ['gateways'], from: 'https://campus.test/', read: '2026-11-29' }],
      signedIn: null,
    }),
  );
const campuses = [
  campus('macau', ['University of Macau', '澳門大學', '澳门大学', 'Universidade de Macau', 'UM'], ['um.edu.mo', 'connect.um.edu.mo']),
  campus('harbour', ['Harbour University', 'Université du Port'], ['harbour.test']),
  campus('zurich', ['Universität Zürich'], ['uzh.test', 'math.uzh.test']),
];
const ids = (typed: string, options = {}): string[] => findCampuses(typed, campuses, options).map(({ read }) => read.profile.id);

describe('finding a campus that ships in the app', () => {
  test.each([
    'University of Macau',
    'university  of MACAU',
    'macau university',
    'macau',
    'Mac',
    '澳門大學',
    '澳门大学',
    '澳門',
    'Universidade de Macau',
    'um',
    'ＵＭ',
    '\u202eUniversity of\u200b Macau\u200f',
    'um.edu.mo',
    'UM.EDU.MO.',
    'https://www.um.edu.mo/page?x=1',
    'sslvpn.um.edu.mo:443',
    'ｕｍ．ｅｄｕ．ｍｏ',
    '\u200fum.edu.mo\u200f',
    'mei@um.edu.mo',
    'mei@connect.um.edu.mo',
    'MEI.CHAN@Connect.UM.edu.mo ',
    'mailto:mei@um.edu.mo',
  ])('the search finds one campus by %j', (typed) => expect(ids(typed)).toEqual(['macau']));

  test.each([
    ['zurich', ['zurich']],
    ['ZÜRICH', ['zurich']],
    ['Universite du Port', ['harbour']],
    ['univ', ['macau', 'harbour', 'zurich']],
    ['universi m', ['macau']],
    ['university', ['macau', 'harbour']],
  ])('the search matches beginnings of words, without case and accents: %j', (typed, found) => expect(ids(typed)).toEqual(found));

  test.each([
    ['nothing', ''],
    ['only signs', ' -–— .,/ '],
    ['a word’s middle', 'acau'],
    ['one word twice', 'macau macau'],
    ['a Cyrillic letter in the name', 'University of Mасau'],
    ['a Cyrillic letter in the domain', 'um.edu.mо'],
    ['a Greek letter in an e-mail address', 'mei@υm.edu.mo'],
    ['another domain that ends so', 'xum.edu.mo'],
    ['the domain in front of another one', 'um.edu.mo.evil.example'],
    ['the domain as a person', 'um.edu.mo@evil.example'],
    ['the domain as a user of another host', 'https://um.edu.mo@evil.example/'],
    ['two signs of an e-mail address', 'a@evil.example@um.edu.mo'],
    ['a password in front of the domain', 'https://mei:secret@um.edu.mo/'],
    ['plain HTTP', 'http://um.edu.mo/'],
    ['the domain in a path', 'https://evil.example/um.edu.mo'],
    ['words as a host', 'university.of.macau'],
    ['an address', '192.0.2.1'],
    ['10 kB of words', 'macau '.repeat(1700)],
    ['10 kB of one letter', 'u'.repeat(10_000)],
    ['10 kB of marks', '\u0301'.repeat(10_000)],
    ['half of a pair', '\ud800'],
  ])('the search finds no campus by %s', (_what, typed) => expect(ids(typed)).toEqual([]));

  test('in a command, only a whole name or an address finds a campus', () => {
    expect(ids('macau', { whole: true })).toEqual([]);
    expect(ids('university of macau', { whole: true })).toEqual(['macau']);
    expect(ids('UM', { whole: true })).toEqual(['macau']);
    expect(ids('mei@um.edu.mo', { whole: true })).toEqual(['macau']);
  });

  test('a campus with the whole name comes before those whose names only begin with it', () => {
    const port = campus('port', ['Port'], ['port.test']);
    const found = findCampuses('port', [campus('other', ['Portside College'], ['other.test']), port]);
    expect(found.map(({ read }) => read.profile.id)).toEqual(['port', 'other']);
  });
});
