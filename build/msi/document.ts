import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { installerWords } from '../words/installer-words.ts';
import { indirectWord } from '../words/words-library.ts';
import { guidOf, upgradeCode } from './guid.ts';

/** What an MSI is made of. */
export interface MsiContents {
  /** The folder that electron-builder packed: `win-unpacked`. */
  layout: string;
  /** The folder that the document will be in: wixl takes paths relative to it only. */
  from: string;
  /** Three numbers. Windows Installer compares no more. */
  version: string;
  arch: 'x64' | 'arm64';
}

/** The public properties that IT may give to `msiexec`, and the registry value of each below `HKLM\Software\Causeway\Install`. */
export const publicProperties = { PROFILE: 'Profile', AUTOSTART: 'Autostart', HELPER: 'Helper' } as const;

/** Where they are noted, in the 64-bit view of `HKLM`. They rank below every policy. */
const installKey = 'Software\\Causeway\\Install';

const vendor = 'Causeway contributors';
const iconId = 'Causeway.ico';

/** Text for an attribute of XML. */
const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** An id of Windows Installer for a path: a letter, then at most 71 more characters, of which no two paths share all. */
const idOf = (kind: string, path: string): string => `${kind}_${createHash('sha256').update(path).digest('hex').slice(0, 24)}`;

interface Registered {
  id: string;
  key: string;
  values: readonly { name?: string; value: string }[];
}

const program = '[INSTALLDIR]Causeway.exe';

/** What is registered beside the files. `build/msi/completed-tables.ts` gives some of the components a condition. */
const registered: readonly Registered[] = [
  {
    id: 'Link',
    key: 'Software\\Classes\\causeway',
    values: [
      { value: `URL:${installerWords.link.en}` },
      { name: 'URL Protocol', value: '' },
      { name: 'FriendlyTypeName', value: indirectWord('[INSTALLDIR]', 'link') },
    ],
  },
  { id: 'LinkCommand', key: 'Software\\Classes\\causeway\\shell\\open\\command', values: [{ value: `"${program}" "%1"` }] },
  { id: 'FileType', key: 'Software\\Classes\\.causeway', values: [{ value: 'Causeway.Profile' }] },
  {
    id: 'Profiles',
    key: 'Software\\Classes\\Causeway.Profile',
    values: [{ value: installerWords.profileFile.en }, { name: 'FriendlyTypeName', value: indirectWord('[INSTALLDIR]', 'profileFile') }],
  },
  { id: 'ProfilesIcon', key: 'Software\\Classes\\Causeway.Profile\\DefaultIcon', values: [{ value: `${program},0` }] },
  { id: 'ProfilesCommand', key: 'Software\\Classes\\Causeway.Profile\\shell\\open\\command', values: [{ value: `"${program}" "%1"` }] },
  {
    id: 'Autostart',
    key: 'Software\\Microsoft\\Windows\\CurrentVersion\\Run',
    values: [{ name: 'Causeway', value: `"${program}" --hidden --start-for-everybody` }],
  },
  ...Object.entries(publicProperties).map(([property, name]) => ({
    id: `Install${name}`,
    key: installKey,
    values: [{ name, value: `[${property}]` }],
  })),
];

/**
 * The MSI as a document for wixl: per machine, for 64 bits, with every file of the layout. Each file is a component of its
 * own whose id comes from its path, so that an upgrade and a repair know it.
 *
 * `REBOOT`: a silent installation that finds a file in use would restart the computer without asking anybody. It returns 3010
 * instead, and Windows replaces the file at its next start (https://learn.microsoft.com/windows/win32/msi/reboot).
 */
export function msiDocument({ layout, from, version, arch }: MsiContents): string {
  const components: string[] = [];
  const directory = (folder: string, path: string): string => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1));
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => fileComponent(relative(from, folder), path, entry.name, components));
    const folders = entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => {
        const inner = `${path}${name}/`;
        return `<Directory Id="${idOf('D', inner)}" Name="${attribute(name)}">${directory(join(folder, name), inner)}</Directory>`;
      });
    return [...files, ...folders].join('\n');
  };
  const content = directory(resolve(layout), '');
  const registry = registered.map((each) => registryComponent(each, components)).join('\n');
  return `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
<Product Id="*" Name="Causeway" Language="1033" Version="${version}" Manufacturer="${vendor}" UpgradeCode="${upgradeCode}">
<Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine" Manufacturer="${vendor}" Description="Causeway ${version} (${arch})"/>
<Media Id="1" Cabinet="causeway.cab" EmbedCab="yes"/>
<MajorUpgrade DowngradeErrorMessage="${attribute(installerWords.newerInstalled.en)}"/>
<Icon Id="${iconId}" SourceFile="${attribute(relative(from, join(import.meta.dirname, '..', 'icons', 'icon.ico')))}"/>
<Property Id="ARPPRODUCTICON" Value="${iconId}"/>
<Property Id="ARPNOMODIFY" Value="1"/>
<Property Id="REBOOT" Value="ReallySuppress"/>
${Object.entries(publicProperties)
  .map(([property, name]) => remembered(property, name))
  .join('\n')}
<Directory Id="TARGETDIR" Name="SourceDir">
<Directory Id="ProgramFiles64Folder">
<Directory Id="INSTALLDIR" Name="Causeway">
${content}
${registry}
</Directory>
</Directory>
<Directory Id="CommonAppDataFolder">
<Directory Id="DATADIR" Name="Causeway"><Component Id="Data" Guid="${guidOf('data')}" Win64="yes"><CreateFolder/></Component></Directory>
</Directory>
<Directory Id="ProgramMenuFolder">
<Component Id="Shortcut" Guid="${guidOf('shortcut')}" Win64="yes">
<Shortcut Id="StartMenu" Name="Causeway" Description="${attribute(installerWords.description.en)}" Target="[INSTALLDIR]Causeway.exe" WorkingDirectory="INSTALLDIR"/>
<RegistryValue Root="HKLM" Key="Software\\Causeway" Name="Shortcut" Type="integer" Value="1" KeyPath="yes"/>
</Component>
</Directory>
</Directory>
<Feature Id="Main" Level="1" Title="Causeway">
${['Shortcut', 'Data', ...components].map((id) => `<ComponentRef Id="${id}"/>`).join('\n')}
</Feature>
</Product>
</Wix>
`;
}

/** A property of the command line, and where the installation before this one noted it. */
const remembered = (property: string, name: string): string =>
  `<Property Id="OLD${property}"><RegistrySearch Id="Old${name}" Root="HKLM" Key="${installKey}" Name="${name}" Type="raw" Win64="yes"/></Property>`;

function fileComponent(source: string, path: string, name: string, components: string[]): string {
  const id = idOf('C', path + name);
  components.push(id);
  const file = `<File Id="${idOf('F', path + name)}" Name="${attribute(name)}" Source="${attribute(join(source, name))}" KeyPath="yes"/>`;
  return `<Component Id="${id}" Guid="${guidOf(`file ${path}${name}`)}" Win64="yes">${file}</Component>`;
}

function registryComponent({ id, key, values }: Registered, components: string[]): string {
  components.push(id);
  const rows = values.map(({ name, value }, index) => {
    const named = name === undefined ? '' : ` Name="${attribute(name)}"`;
    return `<RegistryValue Root="HKLM" Key="${key}"${named} Type="string" Value="${attribute(value)}"${index === 0 ? ' KeyPath="yes"' : ''}/>`;
  });
  return `<Component Id="${id}" Guid="${guidOf(`registry ${id}`)}" Win64="yes">${rows.join('')}</Component>`;
}
