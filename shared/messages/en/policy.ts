import type { PolicyMessages } from '../policy-messages.ts';

/** Keys, groups and faults of the policy in English. Templates for administrators, documents and Settings are made of it. */
export const policy: PolicyMessages = {
  product: 'Causeway',
  about: 'Settings of Causeway, the client for access to a campus from outside.',
  recommended: 'Defaults that people can change',
  supported: 'Causeway {version} or newer',
  groups: {
    campuses: 'Campuses and gateways',
    signIn: 'Signing in',
    security: 'Security',
    connection: 'Connection',
    app: 'The app',
    updates: 'Updates',
    support: 'Support',
    programs: 'Programs and libraries',
  },
  keys: {
    profiles: {
      title: 'Campuses for everybody',
      text: 'Up to twenty campuses that everybody on this computer gets without being asked. Each entry is the absolute path of a .causeway file, a profile itself, or an address with the keys that its server may have: {"address": "https://campus.example", "pins": ["SHA-256 of the key in base64"]}. Only administrators may have write access to a file and its folders. Files are read again at each Connect, addresses once in each run. People cannot remove these campuses.',
    },
    addProfiles: {
      title: 'Let people add campuses',
      text: 'Whether people may add campuses of their own, by search, address, file or link. If not, they have the campuses of the policy and those that they added before. The command line then takes no profile from a file. On unless it is set; any value that is not understood counts as off.',
    },
    allowedGateways: {
      title: 'Allowed gateways',
      text: 'The only gateways that Causeway may contact to sign in: vpn.campus.example, vpn.campus.example:8443, or *.campus.example, which stands for exactly one label more. A profile’s other gateways are left out, and a profile of which none is left cannot be added or connected. Not set: any gateway. An empty list, and a value that is no list: none. A gateway that is allowed may send the sign-in on to others of its own.',
    },
    rememberPasswords: {
      title: 'Let people save their password',
      text: 'Whether people may save their password in this computer’s keychain. If not, nobody is offered it, and passwords that were saved before are not used and are removed from the keychain. On unless it is set; any value that is not understood counts as off.',
    },
    keptCodes: {
      title: 'Let people save their key for one-time codes',
      text: 'Whether people may save their key for one-time codes in this computer’s keychain, so that codes are filled in for them. It takes this setting and the campus’s profile, because the second factor is then something that is on the computer. Off unless it is set.',
    },
    keepPageSignIns: {
      title: 'Let people keep the sign-in of a campus’s own page',
      text: 'Whether people may keep their sign-in on a campus’s own page on this computer, so that the page recognizes it (“remember this device”), if the campus’s profile allows it too and this computer encrypts. Off also forgets what was kept before, at the next start. On unless it is set; any value that is not understood counts as off.',
    },
    certificates: {
      title: 'Untrusted servers',
      text: 'What happens with a server that neither this computer nor the campus’s profile trusts. Any value that is not understood counts as strict.',
      choices: {
        ask: 'Ask: people see the fingerprint and decide, except with a profile that names an authority or a pin',
        strict: 'Refuse: nobody is asked, and certificates that people accepted before are no longer valid',
      },
    },
    oldTls: {
      title: 'Gateways with old TLS',
      text: 'What happens with a gateway that speaks at most TLS 1.1, TLS 1.2 without safe renegotiation (RFC 5746), or only 3DES and RC4. Any value that is not understood counts as refuse.',
      choices: { refuse: 'Refuse: nobody can sign in there, and people are told why', allow: 'Allow: people can sign in' },
    },
    wildcardHosts: {
      title: 'Patterns for hosts of a sign-in page',
      text: 'Whether a profile may allow hosts of its sign-in page by a pattern such as *.sso.campus.example, which stands for exactly one label. Otherwise Causeway drops such an entry and names it. Patterns never count for domains below which anybody can register a name (*.com, *.edu.mo), and for the form that gets the password. Off unless it is set.',
    },
    sandboxRequired: {
      title: 'Require the sandbox',
      text: 'Whether the app refuses to run without Chromium’s sandbox (--no-sandbox). It then says why and ends. The AppImage’s launcher adds that switch on systems where programs cannot make user namespaces. Off unless it is set; any value that is not understood counts as on.',
    },
    tunnel: {
      title: 'Kind of tunnel',
      text: 'How traffic to gateways of other makers flows, whatever the profile says. It does not change campuses with a gateway of our own, which have no other way than their relay.',
      choices: {
        profile: 'As the profile says',
        app: 'For this app alone, without an administrator',
        system: 'For the whole computer, through the helper',
      },
    },
    trustedNetwork: {
      title: 'On the campus’s own network',
      text: 'Whether a computer that is on campus, by the probe in the profile, reaches the portal without signing in. Any value that is not understood counts as ignore.',
      choices: { profile: 'As the profile says', ignore: 'Ignore the probe: people sign in everywhere' },
    },
    keepAlive: {
      title: 'Queries that keep a tunnel open',
      text: 'Whether the tunnel of a gateway of another maker sends a small query of its own in each minute without traffic, so that nothing on the way forgets it.',
      choices: {
        profile: 'As the profile says; without a word there, unless the gateway states after how much idle time it ends a session',
        always: 'Always',
        never: 'Never',
      },
    },
    quickConnect: {
      title: 'Connect from outside the window',
      text: 'Whether the tray, a causeway://connect link and the command causeway connect --quick may connect. The tray connects at once, a link asks first. If not, they open the window, where people press Connect. On unless it is set; any value that is not understood counts as off.',
    },
    alwaysConnect: {
      title: 'Always connect off campus',
      text: 'Whether Causeway connects by itself whenever a person is off campus, by the probe in the profile. It goes on with a session that is still valid, and otherwise stops at the sign-in and notifies: it sends no password and rings no phone by itself. A person’s Disconnect pauses it until they connect, for a day, or until Causeway starts again. Any value that is not understood counts as off.',
    },
    userAgent: {
      title: 'Program name that gateways see',
      text: 'The User-Agent that gateways of other makers are told, at sign-in, in the tunnel and in all other requests to them. Up to 200 printable ASCII characters. Not set: AnyConnect-compatible Causeway. GlobalProtect and Fortinet gateways are told openconnect’s own names for their protocols.',
    },
    reportedSystem: {
      title: 'Operating system that gateways see',
      text: 'The operating system that gateways of other makers are told. Not set: this computer’s.',
      choices: { 'linux': 'Linux, 32 bits', 'linux-64': 'Linux, 64 bits', 'win': 'Windows', 'mac-intel': 'macOS' },
    },
    language: {
      title: 'Language',
      text: 'The language of the app.',
      choices: { 'system': 'Same as this computer', 'en': 'English', 'pt': 'Portuguese', 'zh-Hant': 'Traditional Chinese' },
    },
    startAtSignIn: {
      title: 'Start when people sign in to this computer',
      text: 'Whether Causeway starts in the tray when a person signs in to this computer.',
    },
    updates: {
      title: 'Updates',
      text: 'Whether a person’s own installation updates itself. Installations for the whole computer (MSI, pkg, deb) never do, whatever this says. As a default, people can change it in Settings. Any value that is not understood counts as off.',
      choices: {
        automatic: 'By itself, when people quit Causeway or press Restart Causeway now',
        it: 'By IT only: Causeway looks for nothing, and says so in Settings',
        off: 'Off: Causeway looks for nothing',
      },
    },
    updateChannel: {
      title: 'Which updates',
      text: 'Which versions an installation that updates itself takes. Any value that is not understood counts as stable.',
      choices: { stable: 'Versions for everybody', beta: 'Versions that are tried first' },
    },
    updateFeed: {
      title: 'Update server',
      text: 'The https address of a folder that mirrors the files of a release, such as https://mirror.campus.example/causeway, without a name, a password, a question mark or a number sign. What lies there must be signed by the publisher of this Causeway, as anywhere else. Redirects are not followed. none: there is no server. Not set: the publisher’s. Any value that is not understood counts as none.',
    },
    helpDesk: {
      title: 'Help desk',
      text: 'Whom people can ask. It replaces the help desk in every profile.',
      fields: { name: 'Name', phone: 'Telephone', email: 'E-mail', address: 'Web address (https)' },
    },
    managedBy: {
      title: 'Who manages this computer',
      text: 'What people read beside a setting that the policy has locked.',
      fields: { name: 'Name', caption: 'One sentence for people', address: 'Address (https, mailto or tel)' },
    },
    logLevel: {
      title: 'How much is logged',
      text: 'How much Causeway writes to its log on this computer. It applies at once. At no level does it write passwords, passcodes, tickets, or what people type.',
      choices: {
        error: 'Faults of Causeway itself',
        info: 'Also how sign-ins and sessions begin and end',
        debug: 'Also each step of a sign-in and a session, and what OpenConnect reports, without its values',
      },
    },
    openconnectFrom: {
      title: 'Whose OpenConnect',
      text: 'Where Causeway takes OpenConnect, its library and its programs from. The keys that name a path count before this one.',
      choices: {
        either: 'The installer’s; on Linux the system’s if the installer’s does not work',
        installer: 'The installer’s only',
        system: 'The system’s only (Linux)',
      },
    },
    library: {
      title: 'libopenconnect',
      text: 'The path of the libopenconnect to sign in with, and no other. Not set: as “Whose OpenConnect” says. The command causeway doctor says which one is used.',
    },
    openconnect: {
      title: 'openconnect (not used any more)',
      text: 'Nothing reads it any more, because the app carries its tunnels itself. The helper’s openconnect is in helper.json.',
    },
    ocproxy: { title: 'ocproxy (not used any more)', text: 'Nothing reads it any more, because the app carries its tunnels itself.' },
    hostCheckWrapper: {
      title: 'Answer to a gateway’s check of the computer',
      text: 'The path of a program that answers a gateway’s check of the computer. Not set: Causeway only says that the gateway demands a check.',
    },
  },
  faults: {
    'unknown': 'Causeway does not know this name',
    'wrong': 'The value is of the wrong kind or not allowed',
    'repeated': 'It stands there more than once, so it cannot be told which one was meant',
    'profile': 'The profile cannot be used',
    'not-administrators': 'It is in a place where people can write, so it is ignored',
    'untrusted': 'Somebody who is not an administrator could have written it, so all of it is ignored',
    'unreadable': 'It is damaged or cannot be read, so everything that it could forbid is forbidden',
    'unused': 'It no longer has any effect',
    'newer': 'It was written for a newer version of Causeway. Only what this version knows applies',
  },
  faultDetails: {
    'no JSON object': 'no JSON object',
    'not a file': 'not a file',
    'larger than 2 MiB': 'larger than 2 MiB',
    'not a path of this system': 'not a path of this system',
    'missing, or others than an administrator could have written it': 'missing, or others than an administrator could have written it',
  },
};
