import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '../targets.ts';
import { layoutIn } from './packed.ts';

/**
 * What keeps a release from going out unsigned. electron-builder only warns where it has no certificate or no account with
 * Apple's notary (`notarizeIfProvided` in app-builder-lib 26), so both are asked for before, and looked at afterwards.
 */

/**
 * Ways to be known to Apple's notary, by the variables that electron-builder reads. One whole set is enough. Not an Apple ID
 * with its password, which would stand in a command line: `notarytool store-credentials` makes a profile of it.
 */
const notaryAccounts = [['APPLE_API_KEY', 'APPLE_API_KEY_ID', 'APPLE_API_ISSUER'], ['APPLE_KEYCHAIN_PROFILE']] as const;

/** What a release of a system needs and does not have, in sentences. Linux's packages are signed by whoever keeps the repository. */
export function missingForRelease(platform: Platform, env: NodeJS.ProcessEnv): string[] {
  const has = (name: string): boolean => (env[name] ?? '') !== '';
  const hasOne = (...names: readonly string[]): boolean => names.some(has);
  if (platform === 'linux') return [];
  const certificate = platform === 'win32' ? ['WIN_CSC_LINK', 'CSC_LINK'] : ['CSC_LINK', 'CSC_NAME'];
  return [
    ...(hasOne(...certificate) ? [] : [`no certificate to sign with: set ${certificate.join(' or ')}`]),
    ...(env['CSC_IDENTITY_AUTO_DISCOVERY'] === 'false' ? ['CSC_IDENTITY_AUTO_DISCOVERY=false keeps electron-builder from signing'] : []),
    ...(platform !== 'darwin' || hasOne('CSC_INSTALLER_LINK', 'CSC_NAME')
      ? []
      : ['no certificate for the pkg (Developer ID Installer): set CSC_INSTALLER_LINK or CSC_NAME']),
    ...(platform !== 'darwin' || notaryAccounts.some((names) => names.every(has))
      ? []
      : [`no account with Apple's notary: set ${notaryAccounts.map((names) => names.join(', ')).join('; or ')}`]),
  ];
}

/** A command that fails unless something is signed, or notarised. */
export type Check = readonly [program: string, ...args: string[]];

/**
 * The checks of a system's signatures, in the order in which they make sense.
 *
 * @param layout the packed folder
 * @param installers the files beside it
 */
export function signatureChecks(platform: Platform, layout: string, installers: readonly string[]): Check[] {
  const of = (ending: string): string[] => installers.filter((file) => file.endsWith(ending));
  switch (platform) {
    case 'linux':
      return [];
    case 'darwin': {
      const app = join(layout, 'Causeway.app');
      return [
        ['codesign', '--verify', '--deep', '--strict', app],
        ['xcrun', 'stapler', 'validate', app],
        ['spctl', '--assess', '--type', 'execute', app],
        ...of('.pkg').flatMap((file): Check[] => [
          ['pkgutil', '--check-signature', file],
          ['xcrun', 'stapler', 'validate', file],
          ['spctl', '--assess', '--type', 'install', file],
        ]),
        ...of('.dmg').flatMap((file): Check[] => [
          ['codesign', '--verify', file],
          ['xcrun', 'stapler', 'validate', file],
          ['spctl', '--assess', '--type', 'open', '--context', 'context:primary-signature', file],
        ]),
      ];
    }
    case 'win32':
      return [...programsBelow(layout), ...of('.exe')].map((file): Check => [
        'powershell',
        '-NoProfile',
        '-Command',
        `if ((Get-AuthenticodeSignature -LiteralPath '${file.replaceAll("'", "''")}').Status -ne 'Valid') { exit 1 }`,
      ]);
  }
}

/** Everything in a Windows layout that Windows loads. */
const programsBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(exe|dll|node)$/.test(name))
    .sort()
    .map((name) => join(folder, name));

/** Runs a program. Throws if it fails. */
export type Run = (program: string, args: readonly string[]) => void;

const reallyRun: Run = (program, args) => void execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });

/** Has Apple's notary look at the disk images: electron-builder gives it only the app and the pkg. */
export function notariseImages(installers: string, env: NodeJS.ProcessEnv, run: Run = reallyRun): void {
  for (const image of filesIn(installers).filter((file) => file.endsWith('.dmg'))) {
    run('xcrun', ['notarytool', 'submit', image, '--wait', ...notaryArguments(env)]);
    run('xcrun', ['stapler', 'staple', image]);
  }
}

function notaryArguments(env: NodeJS.ProcessEnv): string[] {
  const value = (name: string): string => env[name] ?? '';
  if (value('APPLE_API_KEY') !== '')
    return ['--key', value('APPLE_API_KEY'), '--key-id', value('APPLE_API_KEY_ID'), '--issuer', value('APPLE_API_ISSUER')];
  return ['--keychain-profile', value('APPLE_KEYCHAIN_PROFILE')];
}

/**
 * Fails unless everything in a folder of installers is signed, and on macOS notarised with the ticket stapled to it.
 *
 * @throws with each check that did not hold, and what its program said
 */
export function requireSigned(platform: Platform, installers: string, run: Run = reallyRun): void {
  const wrong = signatureChecks(platform, layoutIn(installers), filesIn(installers)).flatMap(([program, ...args]) => {
    try {
      run(program, args);
      return [];
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      return [said];
    }
  });
  if (wrong.length > 0) throw new Error(`The release is not signed as it should be:\n${wrong.join('\n')}`);
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(folder, name));
