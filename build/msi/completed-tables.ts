import { inEveryLanguage, installerWords } from '../words/installer-words.ts';
import { wordNumbers, wordsLibrary } from '../words/words-library.ts';
import { publicProperties } from './document.ts';
import type { MsiTable } from './tables.ts';

/**
 * What wixl 0.101 cannot say: conditions of components, properties that a service may be given, programs in Windows's own
 * folder, the variable PATH, an upgrade that takes place inside the transaction, and words in several languages.
 * Tables: https://learn.microsoft.com/windows/win32/msi/database-tables
 *
 * @param read a table as wixl made it
 */
export function completedTables(read: (name: string) => MsiTable): MsiTable[] {
  const change = (name: string, edit: (row: Readonly<Record<string, string>>) => Readonly<Record<string, string>>): MsiTable => {
    const table = read(name);
    return { ...table, rows: table.rows.map(edit) };
  };
  const sequence = change('InstallExecuteSequence', (row) =>
    // wixl puts it before the transaction begins: an installation that fails would leave nothing behind
    row['Action'] === 'RemoveExistingProducts' ? { ...row, Sequence: '1501' } : row,
  );
  const actions = read('CustomAction');
  const standard = [
    { Action: 'RemoveEnvironmentStrings', Sequence: '3300' },
    { Action: 'WriteEnvironmentStrings', Sequence: '5200' },
  ];
  return [
    change('Upgrade', (row) =>
      row['ActionProperty'] === 'WIX_UPGRADE_DETECTED' ? { ...row, Attributes: String(upgradeSameVersion) } : row,
    ),
    change('Property', (row) =>
      row['Property'] === 'SecureCustomProperties' ? { ...row, Value: [row['Value'], ...Object.keys(publicProperties)].join(';') } : row,
    ),
    change('Component', (row) => {
      const condition = conditions[row['Component'] ?? ''];
      return condition === undefined ? row : { ...row, Condition: condition, Attributes: String(Number(row['Attributes']) | transitive) };
    }),
    {
      ...sequence,
      rows: [...sequence.rows, ...standard, ...own.map(({ Action, Condition, Sequence }) => ({ Action, Condition, Sequence }))],
    },
    change('LaunchCondition', (row) =>
      // Its only text. Which language a person reads is not known here: `UserLanguageID` is that of dates and numbers, and the
      // system's where device management installs
      row['Condition'] === 'NOT WIX_DOWNGRADE_DETECTED' ? { ...row, Description: inEveryLanguage(installerWords.newerInstalled) } : row,
    ),
    change('Shortcut', (row) => ({
      ...row,
      DescriptionResourceDLL: `[INSTALLDIR]${wordsLibrary}`,
      DescriptionResourceId: String(wordNumbers.description),
    })),
    { ...actions, rows: own.map(({ Action, Type, Source, Target }) => ({ Action, Type, Source, Target })) },
    shortcutProperty,
    environment,
  ];
}

/** Bits of the `Attributes` of an upgrade: features are taken over, and the same version counts too. */
const upgradeSameVersion = 0x1 | 0x200;

/** `msidbComponentAttributesTransitive`: the condition is looked at again by a repair or a change. */
const transitive = 64;

/** Each property is noted only where it has a value. */
const conditions: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(publicProperties).map(([property, name]) => [`Install${name}`, property])),
  // Wine looks at conditions on removal too
  Autostart: 'AUTOSTART=1 OR REMOVE~="ALL"',
};

/** `msidbCustomActionTypeTextData + msidbCustomActionTypeProperty`: sets a property. */
const setsProperty = 51;
/** `msidbCustomActionTypeExe + msidbCustomActionTypeDirectory`: a program by its path, in a folder. */
const runs = 34;
const ignoresFailure = 64;
/** `msidbCustomActionTypeInScript + msidbCustomActionTypeNoImpersonate`: in the transaction, as the system. */
const asSystem = 1024 + 2048;

const action = (Action: string, type: number, Source: string, Target: string, sequence: number, Condition: string) => ({
  Action,
  Type: String(type),
  Source,
  Target,
  Sequence: String(sequence),
  Condition,
});

/** Only the system and administrators may write, and everybody may read. Well-known SIDs, because names are translated. */
const rights = '/inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F *S-1-5-32-545:(OI)(CI)RX';
const dataFolder = '"[System64Folder]icacls.exe" "[CommonAppDataFolder]Causeway"';
const task = '/tn Causeway\\Helper';
const schtasks = '"[System64Folder]schtasks.exe"';
const definition = '/xml "[INSTALLDIR]resources\\native\\causeway-helper.task.xml"';
const forgetsAutostart = '"[System64Folder]reg.exe" delete HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v Causeway /f /reg:64';
const installs = 'NOT REMOVE~="ALL"';

/** Our own actions: what the installation before noted is kept, the folder for policy, and the helper's task. */
const own = [
  ...Object.keys(publicProperties).map((name, index) =>
    action(`Keep${name}`, setsProperty, name, `[OLD${name}]`, 60 + index, `OLD${name} AND NOT ${name}`),
  ),
  // Before Windows looks for files in use. The helper may not be running
  action('StopHelper', runs + ignoresFailure, 'TARGETDIR', `${schtasks} /end ${task}`, 1390, 'OLDHELPER=1'),
  action(
    'DeleteHelper',
    runs + asSystem + ignoresFailure,
    'TARGETDIR',
    `${schtasks} /delete /f ${task}`,
    3490,
    // Also for `HELPER=0` after an installation that had it, whether that is repaired or removed
    '(REMOVE~="ALL" AND HELPER=1) OR (OLDHELPER=1 AND HELPER="0")',
  ),
  // Every user may have made this folder before us
  action('OwnData', runs + asSystem, 'TARGETDIR', `${dataFolder} /setowner *S-1-5-32-544`, 4010, installs),
  action('ProtectData', runs + asSystem, 'TARGETDIR', `${dataFolder} ${rights}`, 4011, installs),
  // For an installation that had it. Windows does this by the component's condition, Wine does not
  action('GiveUpAutostart', runs + asSystem + ignoresFailure, 'TARGETDIR', forgetsAutostart, 5100, `AUTOSTART="0" AND ${installs}`),
  action('RegisterHelper', runs + asSystem, 'TARGETDIR', `${schtasks} /create /f ${task} ${definition}`, 4020, `HELPER=1 AND ${installs}`),
  action('StartHelper', runs + asSystem + ignoresFailure, 'TARGETDIR', `${schtasks} /run ${task}`, 4021, `HELPER=1 AND ${installs}`),
];

/** Windows shows notifications of a program only if its shortcut has the id that the program names (`app.setAppUserModelId`). */
const shortcutProperty: MsiTable = {
  columns: ['MsiShortcutProperty', 'Shortcut_', 'PropertyKey', 'PropVariantValue'],
  types: ['s72', 's72', 's255', 's255'],
  key: ['MsiShortcutProperty', 'MsiShortcutProperty'],
  rows: [
    {
      MsiShortcutProperty: 'UserModelId',
      Shortcut_: 'StartMenu',
      PropertyKey: 'System.AppUserModel.ID',
      PropVariantValue: 'org.causeway.client',
    },
  ],
};

/** `causeway` in a console. `=-*` and `[~];`: for all users, appended, and taken away again with the product. */
const environment: MsiTable = {
  columns: ['Environment', 'Name', 'Value', 'Component_'],
  types: ['s72', 'l255', 'L255', 's72'],
  key: ['Environment', 'Environment'],
  rows: [{ Environment: 'CommandLine', Name: '=-*PATH', Value: '[~];[INSTALLDIR]resources\\native', Component_: 'Data' }],
};
