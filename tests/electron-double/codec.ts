/**
 * Encodes values that pass between worlds and processes: JSON, with tags for what a structured clone keeps and JSON drops.
 *
 * The functions here also run inside pages, where their source text is injected, so they use nothing from outside themselves.
 */
export interface Codec {
  /** Throws as Electron does when a value cannot be cloned. `replace` may take over a value, by returning its tag. */
  encode(value: unknown, replace?: (value: object) => object | undefined): string;
  /** `revive` is asked for tags that the codec does not know. */
  decode(text: string, revive?: (tag: string, value: unknown) => unknown): unknown;
}

export function createCodec(): Codec {
  const isTagged = (value: object): value is { $type: string; value?: unknown } => '$type' in value;
  const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : []);
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

  function tag(value: unknown, replace?: (value: object) => object | undefined): unknown {
    if (value === undefined) return { $type: 'undefined' };
    if (typeof value === 'bigint') return { $type: 'bigint', value: String(value) };
    if (typeof value === 'number' && !Number.isFinite(value)) return { $type: 'number', value: String(value) };
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
      if (typeof value === 'symbol') throw new Error('An object could not be cloned.');
      return value;
    }
    const replaced = replace?.(value);
    if (replaced) return replaced;
    if (typeof value === 'function' || value instanceof Promise) throw new Error('An object could not be cloned.');
    if (value instanceof Date) return { $type: 'date', value: value.getTime() };
    if (value instanceof Error) return { $type: 'error', value: [value.name, value.message] };
    if (value instanceof Map) return { $type: 'map', value: [...value].map((entry) => tag(entry, replace)) };
    if (value instanceof Set) return { $type: 'set', value: [...value].map((item) => tag(item, replace)) };
    if (value instanceof ArrayBuffer) return { $type: 'buffer', value: [...new Uint8Array(value)] };
    if (ArrayBuffer.isView(value)) return { $type: 'bytes', value: [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)] };
    if (Array.isArray(value)) return value.map((item) => tag(item, replace));
    const plain = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tag(item, replace)]));
    return '$type' in plain ? { $type: 'object', value: plain } : plain;
  }

  function untag(value: unknown, revive?: (tag: string, value: unknown) => unknown): unknown {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map((item) => untag(item, revive));
    if (!isTagged(value)) return untagEntries(value, revive);
    const content = value.value;
    switch (value.$type) {
      case 'undefined':
        return undefined;
      case 'bigint':
        return BigInt(String(content));
      case 'number':
        return Number(content);
      case 'date':
        return new Date(Number(content));
      case 'error': {
        const [name, message] = list(content).map(String);
        return Object.assign(new Error(message), { name });
      }
      case 'map':
        return new Map(list(content).map((entry): [unknown, unknown] => [untag(list(entry)[0], revive), untag(list(entry)[1], revive)]));
      case 'set':
        return new Set(list(content).map((item) => untag(item, revive)));
      case 'buffer':
        return new Uint8Array(numbers(content)).buffer;
      case 'bytes':
        return new Uint8Array(numbers(content));
      case 'object':
        return content !== null && typeof content === 'object' ? untagEntries(content, revive) : content;
      default:
        return revive?.(value.$type, content);
    }
  }

  function untagEntries(value: object, revive?: (tag: string, value: unknown) => unknown): object {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, untag(item, revive)]));
  }

  return {
    encode: (value, replace) => JSON.stringify(tag(value, replace)),
    decode: (text, revive) => untag(JSON.parse(text), revive),
  };
}
