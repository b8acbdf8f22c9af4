// @ts-check
const { existsSync } = require('node:fs');
const tls = require('node:tls');

/**
 * A computer whose store of authorities takes its time, for a process of the tests: whoever asks for it is held, thread and
 * all, until the file that SLOW_ROOTS_RELEASE names is there (macOS: 5 to 10 s with a network filter, node#63313). Given to
 * Node by `--require`, which its worker threads inherit, those without a file of their own among them.
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
