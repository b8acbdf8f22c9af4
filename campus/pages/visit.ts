import * as z from 'zod';
import { fail } from '../../shared/failure.ts';
import type { Visit } from './site.ts';
import { Refusal } from './refusal.ts';

export type { Visit };

/** The largest form or JSON request in bytes. The phone's pictures have their own limit. */
export const formBytes = 16 * 1024;
/** How long a body may take to arrive. */
const bodyMs = 15_000;

/** Reads the whole body. Rejects with 413 above `limit` bytes, and with `request-invalid` if it does not arrive in time. */
async function readBody(visit: Visit, limit: number): Promise<Buffer> {
  const request = visit.env.incoming;
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new Refusal(413, 'the body is too large');
  const timeout = setTimeout(() => request.destroy(new Error('the body did not arrive in time')), bodyMs);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      const bytes = z.instanceof(Buffer).parse(chunk);
      size += bytes.length;
      if (size > limit) throw new Refusal(413, 'the body is too large');
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw fail('request-invalid', undefined, { detail: 'the request ended early', cause: error });
  } finally {
    clearTimeout(timeout);
  }
  return Buffer.concat(chunks);
}

/** A form's fields by name, files as `File`. Rejects with `request-invalid` if it is no form or names a field twice. */
export async function readForm(visit: Visit, limit = formBytes): Promise<Record<string, unknown>> {
  const body = await readBody(visit, limit);
  const type = visit.env.incoming.headers['content-type'] ?? '';
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  } catch (error) {
    throw fail('request-invalid', undefined, { detail: 'not a form', cause: error });
  }
  const fields: Record<string, unknown> = Object.fromEntries(form);
  if (Object.keys(fields).length !== [...form.keys()].length) throw fail('request-invalid', undefined, { detail: 'a field came twice' });
  return fields;
}

/**
 * Parses a JSON body by its schema. Rejects with `request-invalid`. The content type must be JSON, so that no form of
 * another site can send one.
 */
export async function readJson<T>(
  visit: Visit,
  schema: { safeParse(data: unknown): { success: true; data: T } | { success: false } },
): Promise<T> {
  if (!/^application\/json\b/i.test(visit.env.incoming.headers['content-type'] ?? ''))
    throw fail('request-invalid', undefined, { detail: 'not JSON' });
  const body = await readBody(visit, formBytes);
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw fail('request-invalid', undefined, { detail: 'not JSON', cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw fail('request-invalid');
  return parsed.data;
}

/** Parses fields by their schema. Throws `request-invalid` without repeating what was typed, which may be a secret. */
export function parseFields<T>(schema: z.ZodType<T>, fields: Record<string, unknown>): T {
  const parsed = schema.safeParse(fields);
  if (!parsed.success)
    throw fail('request-invalid', undefined, { detail: parsed.error.issues.map((issue) => issue.path.join('.')).join(', ') });
  return parsed.data;
}
