import { throwOnceDestroyed } from './strict.ts';
import type { WebContents } from './web-contents.ts';

/** The page's history. Known synchronously, as in Electron. */
export class NavigationHistory {
  constructor(readonly contents: WebContents) {}
  canGoBack(): boolean {
    return this.contents.history.index > 0;
  }
  canGoForward(): boolean {
    return this.contents.history.index < this.contents.history.entries.length - 1;
  }
  goBack(): void {
    this.goToOffset(-1);
  }
  goForward(): void {
    this.goToOffset(1);
  }
  goToOffset(offset: number): void {
    this.contents.goToOffset(offset);
  }
  clear(): void {
    this.contents.clearHistory();
  }
  length(): number {
    return this.contents.history.entries.length;
  }
  getActiveIndex(): number {
    return this.contents.history.index;
  }
}

throwOnceDestroyed(NavigationHistory, ({ contents }) => contents.isDestroyed(), [
  'canGoBack',
  'canGoForward',
  'goBack',
  'goForward',
  'goToOffset',
  'clear',
  'length',
  'getActiveIndex',
]);
