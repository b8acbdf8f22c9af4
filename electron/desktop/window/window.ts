import { BaseWindow, WebContentsView, app, nativeTheme, screen, type NativeImage, type Rectangle, type WebContents } from 'electron';
import { layout, portalBounds } from '../../../shared/layout.ts';
import { hardened } from '../pages/hardening.ts';
import { compactBounds, leastSize, onScreen, wideBounds } from './bounds.ts';
import { appAddress } from '../pages/origin.ts';
import type { PageArea } from '../pages/page-area.ts';
import { zoomPage, type ZoomStep } from './zoom.ts';

/** Saves the window's bounds between runs: always those of the compact window. */
export interface WindowMemory {
  read(): Rectangle | null;
  write(bounds: Rectangle): void;
}

export interface MainWindowOptions {
  preload: string;
  icon: NativeImage;
  memory: WindowMemory;
  /** Whether a person can get a hidden window back, by a tray icon or the dock. */
  canHide: () => boolean;
  /** Whether a full-screen window has to leave full screen before it is hidden, as on macOS, where that takes a moment. */
  leavesFullScreen: boolean;
  /** The window was minimised although the person would expect it to be hidden. */
  onMinimisedInstead: () => void;
  log: (line: string) => void;
}

/** The main window. Our own view fills it. While a page of the campus is open, its view is beside our column. */
export interface MainWindow extends PageArea {
  readonly page: WebContents;
  readonly focused: boolean;
  /** Whether a person can see it. */
  readonly visible: boolean;
  /** Loads our page. Resolves once it has loaded. */
  load(): Promise<void>;
  /** Shows the window above others and focuses it. */
  show(): void;
  /** Hides the window if a person can get it back, or else minimises it. */
  hideOrMinimise(): void;
  /** Moves the focus between our view and the page beside it. */
  nextPane(): void;
  /** Zooms the view that has the keyboard focus. */
  zoom(by: ZoomStep): void;
  onFocusChange(listener: () => void): void;
  onVisibleChange(listener: () => void): void;
  /** Called when the system ends the person's session. Windows reports that only to windows. */
  onSessionEnd(listener: () => void): void;
  /** Lets the window close for good from now on. */
  allowClose(): void;
}

/** A page beside our column. `visible`: whether it has something to show. */
interface Beside {
  readonly view: WebContentsView;
  readonly page: WebContents;
  visible: boolean;
}

const backgrounds = { light: '#fafaf9', dark: '#18191b' } as const;

export function createMainWindow(options: MainWindowOptions): MainWindow {
  const { memory } = options;
  const workAreas = (): Rectangle[] => {
    const primary = screen.getPrimaryDisplay();
    return [primary, ...screen.getAllDisplays().filter((display) => display.id !== primary.id)].map((display) => display.workArea);
  };

  const firstBounds = compactBounds(memory.read(), workAreas());
  const firstLeast = leastSize({ isWide: false, zoom: 1 }, firstBounds, workAreas());
  const window = new BaseWindow({
    ...firstBounds,
    minWidth: firstLeast.width,
    minHeight: firstLeast.height,
    title: app.name,
    icon: options.icon,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? backgrounds.dark : backgrounds.light,
  });
  const ownView = new WebContentsView({
    webPreferences: { ...hardened, preload: options.preload, devTools: !app.isPackaged },
  });
  // Kept here: a view no longer has `webContents` once its page is gone
  const page = ownView.webContents;
  window.setMenuBarVisibility(false);
  window.contentView.addChildView(ownView);

  let pages: readonly Beside[] = []; // the last one is shown
  const beside = (): Beside | undefined => pages.at(-1);
  let compact = window.getBounds(); // the window as it was before a page widened it
  let wide: { width: number; height: number } = layout.portal; // as the person last sized it in this run
  let widenedAt = { x: 0, y: 0 }; // where the window was when it was widened
  let pane = page; // the view that has the keyboard focus
  let hideAfterFullScreen = false; // to hide once it has left full screen
  let final = false;

  // While the app quits, the state changes after the window is destroyed, when its getters throw
  const isOpen = (): boolean => !window.isDestroyed();
  const layOut = (): void => {
    const { width, height } = window.getContentBounds();
    ownView.setBounds({ x: 0, y: 0, width, height });
    for (const { view } of pages) view.setBounds(portalBounds({ width, height }, page.getZoomFactor()));
  };
  /** Sets how small the person may make the window, and makes it that large. */
  const limit = (): void => {
    const bounds = window.getBounds();
    const least = leastSize({ isWide: beside() !== undefined, zoom: page.getZoomFactor() }, bounds, workAreas());
    window.setMinimumSize(least.width, least.height);
    if (isFree() && (bounds.width < least.width || bounds.height < least.height))
      window.setBounds(
        onScreen({ ...bounds, width: Math.max(bounds.width, least.width), height: Math.max(bounds.height, least.height) }, workAreas()),
      );
  };
  /** Saves where the person has put the window. Where we moved it to fit a page does not count. */
  const remember = (): void => {
    const now = window.getNormalBounds();
    if (!beside()) compact = now;
    else {
      wide = { width: now.width, height: now.height };
      if (now.x !== widenedAt.x || now.y !== widenedAt.y) compact = { ...compact, x: now.x, y: now.y };
    }
    if (JSON.stringify(compact) !== JSON.stringify(memory.read())) memory.write(compact);
  };
  const isFree = (): boolean => !window.isMaximized() && !window.isFullScreen();
  const widen = (): void => {
    remember();
    const bounds = wideBounds(compact, wide, workAreas());
    if (isFree()) window.setBounds(bounds);
    widenedAt = bounds;
  };
  const narrow = (): void => {
    limit();
    if (isFree()) window.setBounds(onScreen(compact, workAreas()));
    limit();
  };
  /** Shows the page that was opened last, if it has something to show, and hides the others. */
  const showBeside = (): void => {
    for (const each of pages) {
      const visible = each === beside() && each.visible;
      if (each.view.getVisible() !== visible) each.view.setVisible(visible);
    }
  };
  /** Focuses a pane, or waits until our window has the focus: on macOS and Linux `focus` would raise the window. */
  const focusPane = (contents: WebContents): void => {
    pane = contents;
    if (window.isFocused() && !contents.isDestroyed()) contents.focus();
  };
  const nextPane = (): void => {
    if (!isOpen()) return;
    const shown = beside();
    if (pane !== page) focusPane(page);
    else if (shown?.view.getVisible()) focusPane(shown.page);
  };
  const hideOrMinimise = (): void => {
    if (!isOpen()) return;
    if (options.canHide()) {
      // On macOS a window that is hidden in full screen leaves a black space (electron#39572)
      hideAfterFullScreen = options.leavesFullScreen && window.isFullScreen();
      if (hideAfterFullScreen) window.setFullScreen(false);
      else window.hide();
    } else {
      window.minimize();
      options.onMinimisedInstead();
    }
  };
  const zoom = (contents: WebContents, by: ZoomStep): void => {
    if (!isOpen()) return;
    zoomPage(contents, contents === page ? 'own' : 'other', by);
    if (contents !== page) return;
    limit();
    layOut();
  };
  /** For both views: F6 moves the focus to the other one, the window notes which one has it, and Ctrl and the wheel zoom. */
  const watchPane = (contents: WebContents): void => {
    contents.on('focus', () => (pane = contents));
    contents.on('zoom-changed', (_event, direction) => zoom(contents, direction));
    contents.on('before-input-event', (event, input) => {
      if (input.type !== 'keyDown' || input.key !== 'F6') return;
      event.preventDefault();
      nextPane();
    });
  };

  window.on('resize', layOut);
  window.on('focus', () => focusPane(pane));
  window.on('leave-full-screen', () => {
    if (hideAfterFullScreen) window.hide();
    hideAfterFullScreen = false;
  });
  window.on('blur', remember);
  window.on('hide', remember);
  window.on('close', (event) => {
    remember();
    if (final) return;
    event.preventDefault();
    hideOrMinimise();
  });

  watchPane(page);
  page.on('will-navigate', (event) => event.preventDefault());
  page.on('did-finish-load', () => {
    if (!isOpen()) return;
    // The zoom of an earlier run comes with the page
    limit();
    layOut();
    if (pane === page) focusPane(pane);
  });
  page.on('render-process-gone', (_event, { reason }) => {
    options.log(`window: its page's process ended (${reason})`);
    // The session continues: the page only shows the state and can be loaded again
    if (!final && reason !== 'clean-exit') page.reload();
  });
  layOut();

  return {
    page,
    get focused() {
      return isOpen() && window.isFocused();
    },
    get visible() {
      return isOpen() && window.isVisible() && !window.isMinimized();
    },
    load: () => page.loadURL(appAddress),
    show() {
      if (!isOpen()) return;
      hideAfterFullScreen = false;
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    hideOrMinimise,
    nextPane,
    zoom: (by) => zoom(pane, by),
    onFocusChange(listener) {
      window.on('focus', listener);
      window.on('blur', listener);
    },
    onVisibleChange(listener) {
      window.on('show', listener);
      window.on('hide', listener);
      window.on('minimize', listener);
      window.on('restore', listener);
    },
    onSessionEnd(listener) {
      // Not `query-session-end`, which only asks: another program or the person can still cancel it
      window.on('session-end', listener);
    },
    allowClose() {
      final = true;
    },

    openBeside(view) {
      if (!isOpen()) return;
      if (!beside()) widen();
      const opened = { view, page: view.webContents, visible: true };
      pages = [...pages, opened];
      limit();
      watchPane(opened.page);
      window.contentView.addChildView(view);
      layOut();
      showBeside();
      focusPane(opened.page);
    },
    setBesideVisible(view, visible) {
      const changed = pages.find((each) => each.view === view);
      if (!isOpen() || !changed || changed.visible === visible) return;
      changed.visible = visible;
      showBeside();
      if (!visible && beside() === changed) focusPane(page);
    },
    closeBeside(view) {
      if (!isOpen() || !pages.some((each) => each.view === view)) return;
      remember();
      pages = pages.filter((each) => each.view !== view);
      window.contentView.removeChildView(view);
      if (!beside()) narrow();
      layOut();
      showBeside();
      focusPane(page);
    },
  };
}
