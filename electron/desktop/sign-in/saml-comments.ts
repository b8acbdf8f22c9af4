import type { WebContents } from 'electron';
import * as z from 'zod/mini';
import { atMost } from '../../net/deadline.ts';

const readSchema = z.object({ address: z.string(), comments: z.array(z.string().check(z.maxLength(20_000))).check(z.maxLength(20)) });
/** If a page is busy for longer, the comments are skipped. The next check may read them. */
const readTimeoutMs = 1_000;

const readScript = `(() => {
  const found = [];
  const walk = document.createNodeIterator(document, NodeFilter.SHOW_COMMENT);
  for (let node = walk.nextNode(); node && found.length < 20; node = walk.nextNode()) found.push(node.data.slice(0, 20000));
  return { address: location.href, comments: found };
})()`;

/** An isolated world of our own: the page's scripts cannot see or change what runs there. */
const isolatedWorldId = 2_000;

/** Reads the HTML comments of the page at an address, and nothing else. Empty when it has none, or when the window already shows another page. Never rejects, and takes a bounded time. */
export async function readComments(contents: WebContents, address: string): Promise<readonly string[]> {
  let comments: readonly string[] = [];
  const reading = contents.executeJavaScriptInIsolatedWorld(isolatedWorldId, [{ code: readScript }]).then((raw: unknown) => {
    const parsed = readSchema.safeParse(raw);
    if (parsed.success && parsed.data.address === address) comments = parsed.data.comments;
  });
  await atMost(readTimeoutMs, reading);
  return comments;
}
