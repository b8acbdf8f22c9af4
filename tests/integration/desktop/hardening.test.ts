import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { app, double, WebContentsView } from '../../electron-double/index.ts';
import { createDesktopPorts } from '../../../electron/desktop/desktop-ports.ts';
import { hardened, hardenEveryPage } from '../../../electron/desktop/pages/hardening.ts';
import { english } from '../../support/english.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** The items of Electron's security checklist that are about what is, or is not, written down in this project. */

let sources: { name: string; text: string }[] = [];
beforeAll(async () => {
  double.becomeReady();
  hardenEveryPage();
  const names = (await readdir('electron', { recursive: true })).filter((name) => name.endsWith('.ts'));
  sources = await Promise.all(
    names.map(async (name) => ({ name: name.replaceAll('\\', '/'), text: await readFile(join('electron', name), 'utf8') })),
  );
});
afterAll(() => double.dispose());

const filesWith = (pattern: RegExp): string[] =>
  sources
    .filter(({ text }) => pattern.test(text))
    .map(({ name }) => name)
    .sort();

describe('the source', () => {
  it('the source creates views in three places, each sandboxed, isolated, without Node', () => {
    expect(filesWith(/new WebContentsView\(|new BrowserWindow\(/)).toEqual([
      'desktop/portal/portal-view.ts',
      'desktop/sign-in/sign-in-visit.ts',
      'desktop/window/window.ts',
    ]);
    for (const { name, text } of sources.filter(({ text }) => text.includes('new WebContentsView(')))
      expect(text, name).toMatch(/webPreferences: (hardened|\{ \.\.\.hardened, )/);
    expect(hardened).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false });
    // Nothing that comes after it takes a setting back
    expect(filesWith(/sandbox: false|contextIsolation: false|nodeIntegration: true|webviewTag: true/)).toEqual([]);
  });

  it('the source weakens nothing that Chromium protects', () => {
    const settings = /webSecurity|allowRunningInsecureContent|experimentalFeatures|enableBlinkFeatures|allowpopups|bypassCSP/;
    expect(filesWith(settings)).toEqual([]);
    // They are named where they are refused, taken out or told, and one switch of our own is set, another
    expect(filesWith(/ignore-certificate-errors|no-sandbox/)).toEqual([
      'desktop/system/fatal-errors.ts',
      'desktop/system/relaunch.ts',
      'desktop/system/switches.ts',
      'main.ts',
    ]);
    expect(sources.flatMap(({ text }) => text.match(/append(Switch|Argument)\(.*/g) ?? [])).toEqual([
      "appendSwitch('dns-prefetch-disable');",
    ]);
    expect(filesWith(/file:\/\/|\bloadFile\(/).filter((name) => name !== 'desktop/pages/origin.ts')).toEqual([]);
  });

  it('the source starts no crash reporter, so memory is written nowhere', () => {
    expect(filesWith(/crashReporter|takeHeapSnapshot|writeHeapSnapshot|contentTracing|netLog/)).toEqual([]);
  });

  it('the source touches raw IPC, the system’s programs and the page’s code only where it should', () => {
    expect(filesWith(/\bipcMain\b/)).toEqual(['desktop/window/bridge-main.ts']);
    expect(filesWith(/\bipcRenderer\b/)).toEqual(['preload.ts']);
    expect(filesWith(/shell\.openExternal/)).toEqual(['desktop/desktop-ports.ts']);
    // On a sign-in page, its form is filled in and its comments are read, in worlds that the page cannot see
    expect(filesWith(/executeJavaScript|insertCSS|\.insertText|sendInputEvent|debugger\.attach|capturePage/)).toEqual([
      'desktop/sign-in/form-fill.ts',
      'desktop/sign-in/saml-comments.ts',
    ]);
    expect(filesWith(/executeJavaScript\(/)).toEqual([]);
    expect(filesWith(/\beval\(|new Function\(/)).toEqual([]);
  });
});

it('a package has its fuses set', async () => {
  const config = await readFile('electron-builder.yml', 'utf8');
  for (const off of [
    'runAsNode',
    'enableNodeOptionsEnvironmentVariable',
    'enableNodeCliInspectArguments',
    'grantFileProtocolExtraPrivileges',
  ])
    expect(config).toContain(`  ${off}: false\n`);
  for (const on of ['enableCookieEncryption', 'enableEmbeddedAsarIntegrityValidation', 'onlyLoadAppFromAsar'])
    expect(config).toContain(`  ${on}: true\n`);
});

describe('whatever page there is', () => {
  it('a page of the app can embed no other page', () => {
    const prevented = vi.fn();
    new WebContentsView().webContents.emit('will-attach-webview', { preventDefault: prevented }, {}, {});
    expect(prevented).toHaveBeenCalledOnce();
  });

  it('a page of the app never gets past a certificate error, and never gets a client certificate', () => {
    const prevented = vi.fn();
    const answers: unknown[] = [];
    app.emit('certificate-error', { preventDefault: prevented }, {}, 'https://x.test/', 'net::ERR', {}, (trusted: boolean) =>
      answers.push(trusted),
    );
    app.emit('select-client-certificate', { preventDefault: prevented }, {}, 'https://x.test/', [{}], (...given: unknown[]) =>
      answers.push(given),
    );
    expect(prevented).toHaveBeenCalledTimes(2);
    expect(answers).toEqual([false, []]);
  });
});

describe('an address for the system to open', () => {
  const desktop = createDesktopPorts({
    portal: {
      open: () => Promise.resolve(),
      close: () => Promise.resolve(),
      back: () => undefined,
      reload: () => undefined,
      onPage: () => undefined,
    },
    signInPage: {
      back: () => undefined,
      reload: () => undefined,
      copyBlockedHosts: () => Promise.resolve(),
      onPage: () => undefined,
    },
    showWindow: () => undefined,
    quit: () => undefined,
    logFolder: '',
    messages: () => english.messages,
    log: () => undefined,
  });

  it.each(['https://help.campus.test/', 'mailto:help@campus.test', 'tel:+85300000000'])('the system may open %s', async (address) => {
    await desktop.openExternal(address);
    expect(double.opened).toContain(address);
  });

  it.each([
    'http://help.campus.test/',
    'file:///etc/passwd',
    'smb://evil.test/share',
    'javascript:alert(1)',
    'ms-msdt:/id',
    'C:\\Windows\\System32\\calc.exe',
    '',
  ])('the system may not open %s', async (address) => {
    await expect(desktop.openExternal(address)).rejects.toMatchObject({ failure: { code: 'request-invalid' } });
    expect(double.opened).not.toContain(address);
  });

  it.each(['http://login.hotel.test/?room=4', 'https://login.hotel.test/'])(
    'the system may open the network’s own page at %s',
    async (address) => {
      await desktop.openNetworkPage(address);
      expect(double.opened).toContain(address);
    },
  );

  it.each(['file:///etc/passwd', 'javascript:alert(1)', 'ms-msdt:/id', 'mailto:a@b.test', 'http//x', ''])(
    'the system may not open the network’s own page at %s',
    async (address) => {
      await expect(desktop.openNetworkPage(address)).rejects.toMatchObject({ failure: { code: 'request-invalid' } });
      expect(double.opened).not.toContain(address);
    },
  );
});
