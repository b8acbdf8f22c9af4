// @ts-check
import koffi from 'koffi';

/**
 * koffi as it is in Electron, for processes of the tests: V8's memory cage allows no buffer over memory from outside it,
 * so that `koffi.view` throws there (node_modules/koffi/doc/pointers.md, "External buffers (views)"). Given to Node by
 * `--import`, which its worker threads inherit.
 */
Object.assign(koffi, {
  view() {
    throw new Error('External buffers are not allowed');
  },
});
