import { randomInt } from 'node:crypto';
import * as z from 'zod/mini';
import { fail } from '../../../shared/failure.ts';

/** What `build/lwip/stack.c` imports: a random word, milliseconds of a clock that never goes back, and where datagrams go. */
export interface StackHost {
  random(): number;
  now(): number;
  datagram(socket: number, length: number): void;
}

const numbers = z.custom<(...numbers: number[]) => number>((value) => typeof value === 'function');
const exportsSchema = z.object({
  memory: z.instanceof(WebAssembly.Memory),
  _initialize: numbers,
  start: numbers,
  memory_used: numbers,
  slots: numbers,
  largest: numbers,
  packets_in_at: numbers,
  packets_out_at: numbers,
  lengths_in_at: numbers,
  lengths_out_at: numbers,
  scratch_at: numbers,
  scratch_size: numbers,
  input: numbers,
  out_waiting: numbers,
  out_bytes: numbers,
  out_taken: numbers,
  set_address: numbers,
  dial: numbers,
  next_changed: numbers,
  flags_of: numbers,
  error_of: numbers,
  take: numbers,
  give: numbers,
  room: numbers,
  half_close: numbers,
  drop: numbers,
  busy: numbers,
  tick: numbers,
  push: numbers,
  resend: numbers,
  open_socket: numbers,
  send_datagram: numbers,
  close_socket: numbers,
});

/** The module's functions. `build/lwip/stack.c` says what each does. All numbers are 32 bits. */
export type StackCalls = Omit<z.infer<typeof exportsSchema>, 'memory' | '_initialize'>;

/** An lwIP of its own: its functions, and views of its memory that stay right when it grows. */
export class StackModule {
  readonly calls: StackCalls;
  readonly slots: number;
  /** Bytes of the largest packet. */
  readonly largest: number;
  readonly #memory: WebAssembly.Memory;
  readonly #scratchAt: number;
  readonly #scratchSize: number;
  #bytes: Uint8Array;

  private constructor(instance: WebAssembly.Instance) {
    const { memory, _initialize, ...calls } = exportsSchema.parse({ ...instance.exports });
    this.calls = calls;
    this.#memory = memory;
    _initialize();
    calls.start();
    this.slots = calls.slots();
    this.largest = calls.largest();
    this.#scratchAt = calls.scratch_at();
    this.#scratchSize = calls.scratch_size();
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** Compiles and starts the module. Fails with `component-failed` if the file is not such a module, or has another version. */
  static load(file: Uint8Array<ArrayBuffer>, host: Partial<StackHost> & Pick<StackHost, 'datagram'>): StackModule {
    const started = performance.now();
    const { random = () => randomInt(0, 2 ** 32), now = () => performance.now() - started, datagram } = host;
    try {
      const instance = new WebAssembly.Instance(new WebAssembly.Module(file), { host: { random, now, datagram } });
      return new StackModule(instance);
    } catch (cause) {
      throw fail('component-failed', { component: 'stack.wasm' }, { detail: 'the network stack did not start', cause });
    }
  }

  /** A part of its memory. Valid until the next call, which may let the memory grow. */
  bytes(at: number, length: number): Uint8Array {
    if (this.#bytes.buffer !== this.#memory.buffer) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes.subarray(at, at + length);
  }

  words(at: number, count: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, at, count);
  }

  /** The buffer for all arguments and results that are more than a number. Valid until the next call. */
  get scratch(): Uint8Array {
    return this.bytes(this.#scratchAt, this.#scratchSize);
  }

  get scratchSize(): number {
    return this.#scratchSize;
  }

  /** Puts a text (ASCII) into the scratch buffer, and returns its length. */
  text(text: string): number {
    const { scratch } = this;
    return Buffer.from(scratch.buffer, scratch.byteOffset, scratch.length).write(text, 'latin1');
  }
}
