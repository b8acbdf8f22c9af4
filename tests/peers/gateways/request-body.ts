import type { IncomingMessage } from 'node:http';

/** The whole body of a request. Null: the client left before its end, as one does whose sign-in is cancelled. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}
