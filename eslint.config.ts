import type { Linter } from 'eslint';
import { defineConfig } from 'eslint/config';
import noUnsanitized from 'eslint-plugin-no-unsanitized';
import reactHooks from 'eslint-plugin-react-hooks';
import security from 'eslint-plugin-security';
import tseslint from 'typescript-eslint';

const rawIpc = {
  selector: "ImportDeclaration[source.value='electron'] ImportSpecifier[imported.name=/^ipc(Main|Renderer)$/]",
  message: 'Raw IPC lives in two files only: electron/desktop/window/bridge-main.ts and electron/preload.ts.',
};

/**
 * The address of a file is no path: on Windows its pathname is `/C:/…`, and everywhere a blank in it is `%20`. It is made
 * a path where it is made, or joined from `import.meta.dirname`, so that no address of a file is ever at hand.
 */
const filesByPath = [
  {
    selector: ":not(CallExpression[callee.name='fileURLToPath']) > NewExpression[callee.name='URL']:has(MetaProperty)",
    message: 'The address of a file is no path: join(import.meta.dirname, …).',
  },
  {
    selector: "MemberExpression > MemberExpression[property.name='url'][object.type='MetaProperty']",
    message: 'The address of a file is no path: import.meta.filename.',
  },
  {
    selector: "MemberExpression[property.name='pathname'][object.callee.name='pathToFileURL']",
    message: 'The address of a file is no path.',
  },
];
/** In tests too: under plain Node nothing tells. */
const noViews = {
  selector: [
    "MemberExpression[object.name='koffi']:matches([property.name='view'], [property.value='view'])",
    "ImportDeclaration[source.value='koffi'] ImportSpecifier[imported.name='view']",
    "VariableDeclarator[init.name='koffi'] Property[key.name='view']",
  ].join(', '),
  message:
    'koffi.view throws in Electron, whose V8 has no memory from outside: copyBytes of electron/gateways/openconnect/process/memory.ts.',
};

/** What one system has and another has not. A file of its name is where the other's half is looked for as well. */
const ofOneSystem = [
  'Literal[value=/^\\x2F(proc|usr)\\x2F/]',
  'TemplateElement[value.raw=/^\\x2F(proc|usr)\\x2F/]',
  "MemberExpression[object.name='process'][property.name=/^(get(e?)(u|g)id|umask)$/]",
].map((selector) => ({
  selector,
  message: 'What one system has stands in a file of its name: thing-linux.ts, thing-macos.ts, thing-posix.ts, thing-windows.ts.',
}));
/** By a mere name, a library or a program is looked for in the working directory and on a PATH, which are anybody's. */
const byMereName = [
  {
    selector: "CallExpression[callee.property.name='load'] > Literal[value=/^[\\w.-]+[.](dll|dylib)$/i]:not([value='kernel32.dll'])",
    message: 'Libraries of Windows: systemLibrary of electron/system/windows/libraries.ts; others by their full path.',
  },
  {
    selector: 'CallExpression[callee.name=/^(execFile|execFileSync|spawn|spawnSync|run)$/] > Literal:first-child[value=/^[\\w.-]+$/]',
    message: 'A program is started by its full path.',
  },
];

/** Each stands in one place, which docs/security.md answers for. */
const restricted = [
  ...filesByPath,
  ...ofOneSystem,
  noViews,
  rawIpc,
  {
    selector: "MemberExpression[object.name='shell'][property.name='openExternal']",
    message: 'Only electron/desktop/desktop-ports.ts opens addresses.',
  },
  {
    selector: "MemberExpression[property.name='setCertificateVerifyProc']",
    message: 'Only electron/desktop/pages/partition.ts asks the verifier for Chromium.',
  },
  {
    selector: "Property[key.name='rejectUnauthorized'][value.value=false]",
    message: 'Only electron/net/tls.ts connects first and asks the verifier before it sends.',
  },
  {
    selector: "ImportDeclaration[source.value=/^zod/] ImportSpecifier[imported.name='z']",
    message: 'import * as z: the object of that name brings every part of zod into the bundle, half a megabyte.',
  },
  { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Text is text.' },
  {
    selector: "NewExpression[callee.name='BrowserWindow']",
    message: 'The views are made in window.ts, portal-view.ts, sign-in-window.ts and address-strip.ts, in a BaseWindow.',
  },
  {
    selector:
      ':matches(MemberExpression[property.name=/^(executeJavaScript.*|insertCSS|insertText|sendInputEvent|debugger)$/], MemberExpression[property.value=/^(executeJavaScript.*|insertCSS|insertText|sendInputEvent|debugger)$/])',
    message:
      'Only form-fill.ts and saml-comments.ts of electron/desktop/sign-in run anything in a page that is not ours. See docs/security.md.',
  },
];
/** All of them but the one whose message names the file that may. */
const allBut = (file: string, rules = [...restricted, ...byMereName]): Linter.RulesRecord => ({
  'no-restricted-syntax': ['error', ...rules.filter(({ message }) => !message.includes(file))],
});

export default defineConfig(
  { ignores: ['dist/**', 'out/**', 'node_modules/**'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./shared/tsconfig.json', './renderer/tsconfig.json', './tsconfig.node.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Small unions read better with an early return per case than with a generic
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // `record['key']` is what noPropertyAccessFromIndexSignature asks for
      '@typescript-eslint/dot-notation': 'off',
      // An async function without await turns a throw into a rejection: what a verb of the bridge needs
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-syntax': ['error', ...restricted],
    },
  },
  { files: ['tests/**', '**/*.{js,cjs,mjs}'], rules: { 'no-restricted-syntax': ['error', ...filesByPath, noViews] } },
  { files: ['electron/**'], rules: { 'no-restricted-syntax': ['error', ...restricted, ...byMereName] } },
  {
    files: ['**/*-{linux,macos,posix,windows}.ts', '**/{linux,macos,posix,windows}.ts', '**/windows/*.ts'],
    rules: allBut('in a file of its name'),
  },
  // A developer's own PATH is theirs to choose
  { files: ['build/**'], rules: allBut('in a file of its name', restricted) },
  { files: ['electron/desktop/window/bridge-main.ts', 'electron/preload.ts'], rules: allBut('bridge-main.ts') },
  { files: ['electron/desktop/desktop-ports.ts'], rules: allBut('desktop-ports.ts') },
  { files: ['electron/desktop/pages/partition.ts'], rules: allBut('partition.ts') },
  { files: ['electron/net/tls.ts'], rules: allBut('tls.ts') },
  { files: ['electron/desktop/sign-in/form-fill.ts', 'electron/desktop/sign-in/saml-comments.ts'], rules: allBut('form-fill.ts') },
  {
    files: ['{shared,electron,renderer,campus,build}/**'],
    plugins: { security, 'no-unsanitized': noUnsanitized },
    rules: {
      'no-unsanitized/method': 'error',
      'no-unsanitized/property': 'error',
      'security/detect-bidi-characters': 'error',
      'security/detect-invisible-characters': 'error',
      'security/detect-child-process': 'error',
      'security/detect-eval-with-expression': 'error',
      'security/detect-new-buffer': 'error',
      'security/detect-non-literal-regexp': 'error',
      'security/detect-non-literal-require': 'error',
      'security/detect-possible-timing-attacks': 'error',
      'security/detect-pseudoRandomBytes': 'error',
    },
  },
  {
    files: ['{shared,electron}/**'],
    ignores: ['electron/{cli,helper}/**'],
    rules: {
      'no-restricted-imports': ['error', { name: 'zod', message: 'zod/mini: the main process reads the other one at every start.' }],
    },
  },
  // A test's function reaches the app's process as text
  { files: ['tests/e2e/support/double.ts'], rules: { '@typescript-eslint/no-implied-eval': 'off' } },
  { files: ['renderer/**'], extends: [reactHooks.configs.flat['recommended-latest']] },
);
