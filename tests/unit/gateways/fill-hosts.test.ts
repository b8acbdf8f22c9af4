import { expect, test } from 'vitest';
import { fillHosts } from '../../../electron/gateways/page-question.ts';

test.each([
  [{ hosts: ['Login.campus.test:443', 'login.campus.test', 'other.campus.test:8443'] }, ['login.campus.test', 'other.campus.test:8443']],
  [{ hosts: ['login.campus.test', '*.campus.test'] }, ['login.campus.test']],
  [{ hosts: ['login.campus.test', 'api-1a2b3c4d.duosecurity.com', 'API-1a2b3c4d.duofederal.com'] }, ['login.campus.test']],
  [{ hosts: ['login.campus.test', 'cdn.campus.test'], formHosts: ['login.campus.test:443'] }, ['login.campus.test']],
  [{ hosts: ['login.campus.test'], formHosts: ['api-1a2b3c4d.duosecurity.com'] }, []],
])('a profile with %j lets its form be filled in at %j', (browser, expected) => {
  expect(fillHosts({ browser })).toEqual(expected);
});
