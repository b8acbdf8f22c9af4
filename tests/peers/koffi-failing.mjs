// @ts-check
import koffi from 'koffi';
import '../support/koffi-as-in-electron.mjs';

/**
 * For a worker's `--import`, with a callback's prototype in the query (`?oc_form`): whatever that callback reads by koffi
 * throws. `?oc_form@2`: from its second call on.
 */
const { url } = import.meta;
const [name = '', turn = '1'] = (url.split('?')[1] ?? '').split('@');
const { register, decode } = koffi;
let calls = 0;
let isInside = false;

/** @param {any} call */
const failing =
  (call) =>
  (/** @type {any[]} */ ...args) => {
    if (isInside) throw new RangeError(`koffi fails in ${name}, with a secret: canary-9141`);
    return call(...args);
  };

koffi.decode = Object.assign(failing(decode), { ...decode, string: failing(decode.string) });
koffi.register = (/** @type {any} */ callback, /** @type {any} */ type) => {
  if (!String(type.name).startsWith(`${name} `)) return register(callback, type);
  const watched = (/** @type {any[]} */ ...args) => {
    isInside = ++calls >= Number(turn);
    try {
      return callback(...args);
    } finally {
      isInside = false;
    }
  };
  return register(watched, type);
};
