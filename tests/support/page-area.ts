import type { WebContentsView } from 'electron';
import type { SignInPage, SignInPageView } from '../../electron/app/ports.ts';
import type { PageArea } from '../../electron/desktop/pages/page-area.ts';

/** The space beside our column, without a window around it. */
export interface TestPlace extends PageArea {
  /** The views that lie there, the one that was opened last at the end. */
  readonly views: { view: WebContentsView; visible: boolean }[];
}

export function testPageArea(): TestPlace {
  const views: TestPlace['views'] = [];
  return {
    views,
    openBeside: (view) => void views.push({ view, visible: true }),
    closeBeside(view) {
      const at = views.findIndex((each) => each.view === view);
      if (at >= 0) views.splice(at, 1);
    },
    setBesideVisible(view, visible) {
      for (const each of views) if (each.view === view) each.visible = visible;
    },
  };
}

/** What the sign-in page's view has reported: null once it has closed. */
export function pagesOf(view: SignInPageView): { readonly current: SignInPage | null; readonly all: readonly (SignInPage | null)[] } {
  const all: (SignInPage | null)[] = [];
  view.onPage((page) => void all.push(page));
  return {
    all,
    get current() {
      return all.at(-1) ?? null;
    },
  };
}
