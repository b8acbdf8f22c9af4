import { BaseWindow, WebContentsView, app, nativeTheme, screen, type NativeImage, type Rectangle, type WebContents } from 'electron';
import { layout, portalBounds } from '../../../shared/layout.ts';
import { hardened } from '../pages/hardening.ts';
import { compactBounds, onScreen, wideBounds } from './bounds.ts';
import { appAddress } from '../pages/origin.ts';
import type { PortalPlace } from '../portal/portal-view.ts';

/** Where the window's place is kept from one run to the next: always that of the compact window. */
export interface WindowMemory {
  read(): Rectangle | null;
  write(bounds: Rectangle): void;
}

export interface MainWindowOptions {
  preload: string;
  icon: NativeImage;
  memory: WindowMemory;
  /** Whether a hidden window can be found again: by a tray icon, or by the dock. */
  canHide: () => boolean;
  /** Whether a full-screen window has to leave that before it is hidden: on macOS, which does so by and by. */
  leavesFullScreen: boolean;
  /** The window was minimised where the person would expect it hidden. */
  onMinimisedInstead: () => void;
  log: (line: string) => void;
}

/** The one window: our own view, which fills it, and the portal's beside our column while it is open. */
export interface MainWindow extends PortalPlace {
  readonly page: WebContents;
  readonly focused: boolean;
  /** Whether a person can see it. */
  readonly visible: boolean;
  /** Loads our page; resolves once it is there. */
  load(): Promise<void>;
  /** Shows it, above others and with the focus. */
  show(): void;
  /** Takes it out of the way: hidden where it can be found again, minimised elsewhere. */
  putAway(): void;
  /** Moves the focus between our view and the portal's. */
  nextPane(): void;
  onFocusChange(listener: () => void): void;
  onVisibleChange(listener: () => void): void;
  /** The computer ends the session: Windows tells the window and nobody else. */
  onSessionEnd(listener: () => void): void;
  /** From now on closing it is final. */
  allowClose(): void;
}

const backgrounds = { light: '#fafaf9', dark: '#18191b' } as const;
/** How much of the portal has to stay visible beside our column. */
const minPortalWidth = 360;

export function createMainWindow(options: MainWindowOptions): MainWindow {
  const { memory } = options;
  const workAreas = (): Rectangle[] => {
    const primary = screen.getPrimaryDisplay();
    return [primary, ...screen.getAllDisplays().filter((display) => display.id !== primary.id)].map((display) => display.workArea);
  };

  const { minWidth, minHeight } = layout.compact;
  const window = new BaseWindow({
    ...compactBounds(memory.read(), workAreas()),
    minWidth,
    minHeight,
    title: app.name,
    icon: options.icon,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? backgrounds.dark : backgrounds.light,
  });
  const own = new WebContentsView({
    webPreferences: { ...hardened, preload: options.preload, devTools: !app.isPackaged },
  });
  // A view whose page is gone has none to give any more
  const page = own.webContents;
  window.setMenuBarVisibility(false);
  window.contentView.addChildView(own);

  let beside: { view: WebContentsView; page: WebContents } | null = null;
  let compact = window.getBounds(); // the window as it was before the portal widened it
  let wide: { width: number; height: number } = layout.portal; // as the person last sized it in this run
  let widenedAt = { x: 0, y: 0 }; // where it came to lie when it was widened
  let pane = page; // who has the keyboard within the window
  let hidesLater = false; // it leaves full screen first
  let final = false;

  // The state changes once more after the window's end, on the way out: getters of what is destroyed throw
  const isThere = (): boolean => !window.isDestroyed();
  const place = (): void => {
    const { width, height } = window.getContentBounds();
    own.setBounds({ x: 0, y: 0, width, height });
    beside?.view.setBounds(portalBounds({ width, height }));
  };
  /** Notes where the person has the window now. Where we put it to have room for the portal is not where they put it. */
  const remember = (): void => {
    const now = window.getNormalBounds();
    if (!beside) compact = now;
    else {
      wide = { width: now.width, height: now.height };
      if (now.x !== widenedAt.x || now.y !== widenedAt.y) compact = { ...compact, x: now.x, y: now.y };
    }
    if (JSON.stringify(compact) !== JSON.stringify(memory.read())) memory.write(compact);
  };
  /** Gives a pane the keyboard. Where another window has it, once ours has: on macOS and Linux `focus` raises the window. */
  const focusPane = (contents: WebContents): void => {
    pane = contents;
    if (window.isFocused() && !contents.isDestroyed()) contents.focus();
  };
  const nextPane = (): void => {
    if (!isThere()) return;
    const other = pane === page ? beside?.page : page;
    if (other && (other === page || beside?.view.getVisible())) focusPane(other);
  };
  const putAway = (): void => {
    if (!isThere()) return;
    if (options.canHide()) {
      // A window of macOS that is hidden in full screen leaves a black space behind (electron#39572)
      hidesLater = options.leavesFullScreen && window.isFullScreen();
      if (hidesLater) window.setFullScreen(false);
      else window.hide();
    } else {
      window.minimize();
      options.onMinimisedInstead();
    }
  };
  /** What both views have in common: F6 leads to the other one, and the window knows which has the keyboard. */
  const adopt = (contents: WebContents): void => {
    contents.on('focus', () => (pane = contents));
    contents.on('before-input-event', (event, input) => {
      if (input.type !== 'keyDown' || input.key !== 'F6') return;
      event.preventDefault();
      nextPane();
    });
  };

  window.on('resize', place);
  window.on('focus', () => focusPane(pane));
  window.on('leave-full-screen', () => {
    if (hidesLater) window.hide();
    hidesLater = false;
  });
  window.on('blur', remember);
  window.on('hide', remember);
  window.on('close', (event) => {
    remember();
    if (final) return;
    event.preventDefault();
    putAway();
  });

  adopt(page);
  page.on('will-navigate', (event) => event.preventDefault());
  page.on('did-finish-load', () => {
    if (isThere() && pane === page) focusPane(pane);
  });
  page.on('render-process-gone', (_event, { reason }) => {
    options.log(`window: its page ended (${reason})`);
    // Whoever was signed in still is: the page is a picture of the state and can be drawn again
    if (!final && reason !== 'clean-exit') page.reload();
  });
  place();

  return {
    page,
    get focused() {
      return isThere() && window.isFocused();
    },
    get visible() {
      return isThere() && window.isVisible() && !window.isMinimized();
    },
    load: () => page.loadURL(appAddress),
    show() {
      if (!isThere()) return;
      hidesLater = false;
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    putAway,
    nextPane,
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
      // `query-session-end` only asks: another program, or the person, may still say no to it
      window.on('session-end', listener);
    },
    allowClose() {
      final = true;
    },

    openBeside(view) {
      if (!isThere()) return;
      remember();
      const bounds = wideBounds(compact, wide, workAreas());
      if (!window.isMaximized() && !window.isFullScreen()) window.setBounds(bounds);
      window.setMinimumSize(layout.column + minPortalWidth, minHeight);
      widenedAt = bounds;
      beside = { view, page: view.webContents };
      adopt(beside.page);
      window.contentView.addChildView(view);
      place();
      focusPane(beside.page);
    },
    setBesideVisible(visible) {
      if (!isThere()) return;
      if (beside?.view.getVisible() === visible) return;
      beside?.view.setVisible(visible);
      if (!visible) focusPane(page);
    },
    closeBeside(view) {
      if (!isThere() || beside?.view !== view) return;
      remember();
      beside = null;
      window.contentView.removeChildView(view);
      window.setMinimumSize(minWidth, minHeight);
      if (!window.isMaximized() && !window.isFullScreen()) window.setBounds(onScreen(compact, workAreas()));
      place();
      focusPane(page);
    },
  };
}
