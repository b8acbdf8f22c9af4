import { defineConfig } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const rawIpc = {
  selector: "ImportDeclaration[source.value='electron'] ImportSpecifier[imported.name=/^ipc(Main|Renderer)$/]",
  message: 'Raw IPC lives in two files only: electron/desktop/bridge-main.ts and electron/preload.ts.',
};

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
      'no-restricted-syntax': ['error', rawIpc],
    },
  },
  { files: ['electron/desktop/bridge-main.ts', 'electron/preload.ts', 'tests/**'], rules: { 'no-restricted-syntax': 'off' } },
  // A test's function reaches the app's process as text
  { files: ['tests/e2e/support/double.ts'], rules: { '@typescript-eslint/no-implied-eval': 'off' } },
  { files: ['renderer/**'], extends: [reactHooks.configs.flat['recommended-latest']] },
);
