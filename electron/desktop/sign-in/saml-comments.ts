import type { WebContents } from 'electron';
import * as z from 'zod/mini';
import { atMost } from '../../net/deadline.ts';

const readSchema = z.object({ address: z.string(), comments: z.array(z.string().check(z.maxLength(20_000))).check(z.maxLength(20)) });
/** A page that is busy for longer keeps its comments; the next look may have them. */
const readWithinMs = 1_000;

const read = `(() => {
  const found = [];
  const walk = document.createNodeIterator(document, NodeFilter.SHOW_COMMENT);
  for (let node = walk.nextNode(); node && found.length < 20; node = walk.nextNode()) found.push(node.data.slice(0, 20000));
  return { address: location.href, comments: found };
})()`;

/** A world of our own: the page's scripts neither see what runs there nor lend it theirs. */
const ourWorld = 2_000;

/** The comments of the page at an address, which is not ours, read and nothing else; empty where it has none, or the window shows another page by now. Never rejects, and is bounded in time. */
export async function readComments(contents: WebContents, address: string): Promise<readonly string[]> {
  let comments: readonly string[] = [];
  const reading = contents.executeJavaScriptInIsolatedWorld(ourWorld, [{ code: read }]).then((raw: unknown) => {
    const parsed = readSchema.safeParse(raw);
    if (parsed.success && parsed.data.address === address) comments = parsed.data.comments;
  });
  await atMost(readWithinMs, reading);
  return comments;
}
