// What moves on the campus's pages: clocks, parts that change while one looks at them, and Copy buttons.
// Everything else works without it.

// The campus's clock, whatever this computer's says
const skew = Number(document.documentElement.dataset.now) - Date.now();
const now = () => Date.now() + skew;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Live parts as the server last drew them. Clocks change what is on the page, so the page is nothing to compare with.
const drawn = new Map();
const liveParts = () => document.querySelectorAll('[data-live]');
for (const part of liveParts()) drawn.set(part.id, part.innerHTML);

/** Fetches this page again and replaces the live parts that changed; what somebody is typing elsewhere stays. */
async function refresh() {
  const response = await fetch(location.href, { redirect: 'manual', signal: AbortSignal.timeout(15000) });
  // The page leads on (approved), or is no more: let the browser go there
  if (response.type === 'opaqueredirect' || !response.ok) {
    location.reload();
    return;
  }
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const part of liveParts()) {
    const next = fresh.getElementById(part.id);
    if (!next || next.innerHTML === drawn.get(part.id)) continue;
    drawn.set(part.id, next.innerHTML);
    const hadFocus = part.contains(document.activeElement);
    part.replaceChildren(...next.childNodes);
    if (hadFocus) part.focus();
    enliven(part);
  }
}

let refreshing = null;
let stale = false;
/** One at a time; what changes meanwhile is fetched once more, and what fails is tried again, for a page that waits must not wait for ever. */
function refreshSoon() {
  stale = true;
  refreshing ??= (async () => {
    for (let tries = 0; stale && tries < 5;) {
      stale = false;
      try {
        await refresh();
        tries = 0;
      } catch {
        stale = true;
        await pause(1000 * 2 ** tries++);
      }
    }
    refreshing = null;
  })();
  return refreshing;
}

/** Asks the campus until something changed, for as long as the element that asks is on the page. */
async function waitFor(element) {
  while (element.isConnected) {
    try {
      const response = await fetch(element.dataset.wait, { redirect: 'manual', signal: AbortSignal.timeout(45000) });
      if (response.ok && !(await response.json()).changed) continue;
      await refreshSoon();
    } catch {
      // The campus is away for a moment: asked again below
    }
    await pause(2000);
  }
}

function tick() {
  for (const clock of document.querySelectorAll('[data-until]')) {
    const left = Math.max(0, Number(clock.dataset.until) - now());
    const seconds = Math.ceil(left / 1000);
    if (clock.classList.contains('countdown')) {
      clock.textContent = left > 0 ? clock.dataset.left.replace('{count}', seconds) : clock.dataset.over;
      continue;
    }
    clock.querySelector('.seconds').textContent = clock.dataset.left.replace('{count}', seconds);
    clock.querySelector('.left').setAttribute('stroke-dashoffset', String(100 - Math.min(100, (100 * left) / Number(clock.dataset.total))));
    if (left === 0 && !clock.dataset.ended) {
      clock.dataset.ended = 'true';
      refreshSoon();
    }
  }
}

async function copy(part) {
  const source = document.getElementById(part.dataset.copy);
  const range = document.createRange();
  range.selectNodeContents(source);
  try {
    await navigator.clipboard.writeText(source.dataset.plain ?? source.textContent.trim());
  } catch {
    // A view that grants no clipboard still copies what is selected
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    if (!document.execCommand('copy')) return;
  }
  part.querySelector('[role=status]').textContent = part.dataset.copied;
}

function enliven(root) {
  for (const element of root.querySelectorAll('[data-wait]')) void waitFor(element);
  for (const part of root.querySelectorAll('[data-copy]')) {
    part.hidden = false;
    part.querySelector('button').addEventListener('click', () => void copy(part));
  }
  tick();
}

enliven(document);
setInterval(tick, 250);
if (document.body.dataset.events) new EventSource(document.body.dataset.events).addEventListener('change', refreshSoon);
