// @ts-check
const { existsSync } = require('node:fs');
const tls = require('node:tls');

/**
 * Simulates a computer whose store of authorities is slow to read. A call for it blocks its thread until the file that
 * SLOW_ROOTS_RELEASE names exists (macOS: 5 to 10 s with a network filter, node#63313). Loaded by `--require`, which worker
 * threads inherit, also those without a file of their own.
 */
const release = process.env['SLOW_ROOTS_RELEASE'] ?? '';
const longestMs = 120_000;

Object.assign(tls, {
  getCACertificates() {
    const wait = new Int32Array(new SharedArrayBuffer(4));
    const until = Date.now() + longestMs;
    while (!existsSync(release) && Date.now() < until) Atomics.wait(wait, 0, 0, 50);
    return [];
  },
});
