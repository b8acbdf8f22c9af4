import type { FailureCode } from '../../failure.ts';
import { plural } from '../plural.ts';

/** What to do in a terminal, where the failure's own advice is for the window. */
const todo: Partial<Record<FailureCode, string>> = {
  'captive-portal': 'Open {address} in a web browser and sign in there. Then connect again.',
  'gateway-protocol': 'Check the address in the profile, or call the help desk: it may have changed.',
  'notice-declined': 'Connect again and type yes to go on.',
  'sign-in-rejected': 'Check your user ID for typing mistakes, and type the password once more. Is Caps Lock on?',
  'choice-not-offered': 'Name one of them: in the profile, in the answers or with --choose.',
  'no-second-factor': 'In Causeway’s app, choose “I lost my phone” to get a recovery passcode.',
};

/** What the command line says, beside the failures' own sentences. Not part of the window's words, which would only carry it along. */
export const commandLine = {
  help: `Usage: causeway COMMAND [OPTIONS]

Commands
  profiles              The campuses that this computer knows
  profiles NAME         One of them, a .causeway file, or a campus that comes with Causeway, with all that it does
  connect PROFILE|FILE  Signs in, by a profile's id, a .causeway file, or the name, web address or e-mail domain of
                        a campus that comes with Causeway, and stays until Ctrl-C
  connect --quick       The same with the campus that was used last
  status                What is connected, here or in the app
  disconnect            Ends it
  portal [PROFILE|FILE] Opens the device portal in the app, or prints its address
  doctor [PROFILE|FILE] What is installed, reachable and trusted, and what to do
  report [PROFILE|FILE] A report for the help desk: shown here, and saved only with --save. Nothing is sent
  explain CODE          What a code means that somebody read aloud to the help desk
  policy                What this computer's administrator decides, where that is set, and what is wrong with it
  help                  This text

Options
  --answers FILE        Answers for unattended runs; yours alone (mode 0600). See docs/command-line.md
  --choose NAME         The group, realm, role or gateway of that name, where the campus offers several
  --app-tunnel PORT     An HTTP proxy to campus for other programs, on this loopback port; 0 for any
  --show-secret         Puts that proxy's secret into the events of --json too
  --save FILE           Saves the report once it was shown: as text, or as a zip if its name ends in .zip
  --json                Events on standard output, one a line
  --user-data-dir DIR   Another folder for settings and profiles than the app's own
  --version             The version

Exit codes
  0 ended on request   2 usage         3 refused by the gateway   4 second factor failed
  5 unreachable        6 certificate   7 session ended            8 missing component`,
  usage: {
    needsCode: 'Give the code: causeway explain, and the twelve digits and letters.',
    codeWrong: 'That is not a code, or one of its symbols was misheard. A code has 12 of these: 2 3 4 5 6 7 8 9 C F G H J M P Q R V W X.',
    codeUnknown: 'The code is right, but this version does not know its failure. Try a newer one.',
    saveForReport: '--save works with report only.',
    noCommand: 'Say what to do: causeway help lists the commands.',
    unknownCommand: 'There is no command “{command}”: causeway help lists them.',
    unknownOption: 'There is no option {option}: causeway help lists them.',
    needsValue: '{option} needs a value after it: causeway help says which.',
    noValue: '{option} takes no value.',
    needsProfile: 'Say which profile: its id, a .causeway file, or a campus that comes with Causeway. Or connect --quick for the last one.',
    severalCampuses: 'Several campuses have that name. Name one by its id: {ids}.',
    tooMany: 'That is one word too many: “{word}”.',
    port: '--app-tunnel takes a port from 0 to 65535.',
    notForThis: '--{option} works with connect only.',
    noProfiles: 'No campus is set up here yet. Add one in the app, or name its .causeway file.',
    noTerminal: 'Questions cannot be asked here: run it in a terminal, or give answers with --answers FILE.',
    unixTerminal:
      'Questions cannot be asked in this window, because it is not a Windows console: run it in Windows Terminal, PowerShell or cmd, or give answers with --answers FILE.',
    unanswered: 'The gateway asks something that is not in the answers ({what}), and there is no terminal to ask in.',
    portTaken: 'Port {port} is taken on this computer.',
    busy: 'Already connected to {campus}. Disconnect first: causeway disconnect',
    otherProfile: 'Causeway’s app is running and does not know this profile as it is in the file. Add it there, or quit the app.',
    answersFile: 'The answers in {file} cannot be used: {why}.',
    answersUnreadable: 'it cannot be read',
    answersNotAFile: 'it is not a plain file',
    answersTooLarge: 'it is too large',
    answersOthers: 'others can read it; give it mode 0600',
    answersOwner: 'it is not yours',
    answersNotJson: 'it is not JSON',
    answersWrong: 'wrong or unknown: {keys}',
  },
  policy: {
    none: 'This computer has no policy.',
    managedBy: 'This computer is managed by {who}.',
    key: '{key}: {value}',
    notSet: 'not set',
    from: { enforced: '    from {place}, and people cannot change it', default: '    a default from {place}' },
    overrides: '    not {value}, from {place}',
    fault: '    {key} in {place}: {why}{detail}',
    wholeFault: '{place}: {why}{detail}',
    detail: ' ({detail})',
  },
  profile: '{id}  {name}  ({gateways}; {protocol}, {tunnel})',
  state: {
    'idle': 'Not connected.',
    'checking': 'Checking where you are…',
    'on-campus': 'You are on campus: no VPN needed.',
    'contacting': 'Contacting {gateway}…',
    'asking': 'Signing in at {gateway}.',
    'opening': 'Signed in. Opening the connection to campus…',
    'connected': 'Connected to {gateway} as {user}, until {untilAt}. Press Ctrl-C to disconnect.',
    'reconnecting': 'The connection broke: {why} Reconnecting; no second factor is needed.',
    'closing': 'Disconnecting…',
  },
  connectedWithoutEnd: 'Connected to {gateway} as {user}. Press Ctrl-C to disconnect.',
  statusConnected: 'Connected to {gateway} as {user} since {sinceAt}.',
  expiring: 'The session ends at {untilAt}.',
  portalState: {
    'unknown': '',
    'up': 'The device portal answers.',
    'down': 'The device portal does not answer.',
    'dns-failed': 'The device portal’s name is not found through the connection.',
  },
  holder: { 'app': 'In Causeway’s app.', 'command-line': 'In another terminal.' },
  ended: 'Disconnected.',
  nothing: 'Nothing is connected.',
  leaving: 'Quitting at once.',
  proxy: 'Proxy for other programs: http://{user}:{secret}@127.0.0.1:{port}',
  portalOpened: 'The device portal is open in Causeway’s window.',
  attention: '{title}. {happened} {todo}',
  /** A question comes once more. */
  again: '{title}. {todo}',
  todo,
  ask: {
    number: 'Number',
    numberOrName: 'Number, or part of the name',
    yes: 'yes',
    proceed: 'Proceed? Type yes to go on: ',
    proceedYes: 'proceed',
    compare:
      'Call the help desk and let them read the fingerprint to you. Accept only if every group is the same. If you cannot reach the help desk, press Enter: nothing is sent.',
    certificate: 'Type yes only if the help desk reads you the same fingerprint: ',
    pick: 'Choose a number from 1 to {count}, or type part of a name.',
    more: plural('  … and {count} more. Type part of a name to find one.', { one: '  … and one more. Type part of a name to find it.' }),
    noneCalled: 'Nothing has that name. Type another part of a name, or a number from 1 to {count}.',
    approve: 'Approve it on the phone, or press Enter to use a passcode instead.',
    approveOver: 'Approve it on the phone, then press Enter: ',
    waiting: plural('Your campus may have sent a request to your phone. Waiting for {count} seconds at most.', {
      one: 'Your campus may have sent a request to your phone. Waiting for one second at most.',
    }),
    pushNumber: 'Type this number into your phone: {number}',
    withdrawn: 'Answered elsewhere.',
    codeWaiting: plural('Waiting for a new passcode, {count} s.', { one: 'Waiting for a new passcode, 1 s.' }),
    codeOrYours: 'Causeway enters it by itself. Or type another.',
    approved: 'The phone has answered.',
    certificateFile: 'File of your certificate (.p12 or .pem)',
    passphrase: 'Its passphrase',
    proxyUser: 'User name at the proxy {host}',
    proxyPassword: 'Password at the proxy',
    ownBrowser: '{host} asks you to sign in in your own browser, on this computer. Press Enter for the address: ',
    openThis: 'Open this in a browser on this computer. The command continues here when you have signed in there:\n{address}',
  },
  reportSaved: 'Saved as {file}.',
  explain: {
    head: '{failure}, at the step {step}, in version {version} on {platform}',
    noFailure: 'No failure',
    sees: 'The person sees: {title}. {happened} {todo}',
    ask: 'Ask: {ask}',
    act: 'Do: {act}',
  },
  doctor: {
    ok: 'ok         {says}',
    attention: 'attention  {says} {todo}',
    missing: 'missing    {says} {todo}',
    policyDetails: 'For details: causeway policy.',
    addProfile: 'Add one in the app, or name its .causeway file: causeway doctor FILE.',
  },
};
