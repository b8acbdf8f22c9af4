import type { FailureCode } from '../../failure-catalogue.ts';
import type { FailureMessage } from '../failure-message.ts';

/**
 * What stands in a sentence where a failure came without that detail. The keys are all the placeholders that
 * the sentences below may use: `host` and `address` as shown to the person, a `campus`'s name, `key` of a profile, what is
 * `allowed` there, the `text` of a gateway, a `name` that was given and what is `offered` instead, the `line` and `column` of a text, `file` a file's name, `user` a user ID, a `folder` and its path, a `proxy` as it is set up, the `scheme` of a sign-in, instants whose names end in `At`.
 */
export const unknown = {
  folder: 'where it keeps what is yours',
  endedAt: 'a time that it did not note',
  host: 'the server',
  issuer: 'another authority',
  proxy: 'a proxy of another kind',
  scheme: 'another way',
  address: 'that address',
  left: 'Something of it',
  days: 'a few',
  campus: 'your campus',
  key: 'an entry',
  file: 'a copy beside it',
  user: 'this person',
  component: 'a part of Causeway',
  gateway: 'the gateway',
  network: 'another VPN',
  untilAt: 'later',
  nextCodeAt: 'half a minute',
  line: '?',
  column: '?',
  name: 'that name',
  text: 'It has sent an empty one.',
  found: 'old TLS',
  agent: 'Causeway',
  system: 'this system',
  offered: 'other names',
  allowed: 'the words that docs/profiles.md names',
  version: 'a newer version',
  signedAt: 'an earlier day',
  nowDateAt: 'today',
};

/** Words of ours that code fills into a failure, by placeholder and by what the code says. Any other value is shown as it is. */
export const failureWords = {
  /** Of `old-tls`: electron/net/old-tls.ts. */
  found: { 'TLS 1.2 without safe renegotiation': 'TLS 1.2 without safe renegotiation', '3DES or RC4': '3DES or RC4' },
};

const checkNetwork = 'Check that this computer is on the Internet, then try again.';
const callHelpDesk = 'Call the help desk and read them the code below.';

/** Every failure: its name, what happened, what to do. Short, for a person who is locked out and in a hurry. */
export const failures: Record<FailureCode, FailureMessage> = {
  // Reaching the gateway
  'gateway-unreachable': { title: 'Your campus did not answer', happened: '{host} cannot be reached from here.', todo: checkNetwork },
  'local-network': {
    title: 'No access to your local network',
    happened: '{host} is on the same network as this Mac, and macOS does not let Causeway reach it.',
    todo: 'In System Settings, Privacy & Security, Local Network, switch Causeway on, then try again. If it is on, {host} may be off.',
  },
  'gateway-name-unknown': {
    title: 'Address not found',
    happened: 'This network does not know the name {host}.',
    todo: 'Check that this computer is on the Internet. In a hotel or a café, open a web page first and sign in to its Wi-Fi.',
  },
  'gateway-silent': {
    title: 'Your campus did not answer in time',
    happened: '{host} did not reply.',
    todo: 'Try again. If this keeps happening, try another network.',
  },
  'gateway-not-secure': {
    title: 'No secure connection',
    happened: '{host} did not open a secure connection. Another device may have answered in its place.',
    todo: 'In a hotel or a café, open a web page first and sign in to its Wi-Fi. Then try again.',
  },
  'old-tls': {
    title: 'Your campus’s encryption is too old',
    happened: '{host} uses old TLS ({found}), which others on the way could break. Nothing was sent.',
    todo: 'Tell the help desk: the gateway needs TLS 1.2 or newer, with safe renegotiation. The policy can allow the old one.',
  },
  'gateway-protocol': {
    title: 'Not a gateway',
    happened: '{host} answers, but not as a gateway of your campus.',
    todo: 'Check the campus in Settings, or call the help desk: the address may have changed.',
  },
  'gateway-closed': {
    title: 'Your campus closed the connection',
    happened: 'It happened while you were signing in at {host}.',
    todo: 'Try again.',
  },
  'gateway-busy': {
    title: 'Your campus is busy',
    happened: '{host} takes no more connections at the moment.',
    todo: 'Wait a few minutes, then try again.',
  },
  'campus-trouble': {
    title: 'Trouble at your campus',
    happened: 'Your campus answered that it cannot do this at the moment. It is not your fault.',
    todo: 'Wait a few minutes, then try again. If this keeps happening, call the help desk.',
  },
  'captive-portal': {
    title: 'This network wants you to sign in first',
    happened: 'The network sends you to {host} instead of your campus, as hotels and cafés do.',
    todo: 'Open the sign-in page, get this computer on the Internet, then try again.',
  },
  'path-drops-long': {
    title: 'Large packets do not get through',
    happened: 'Something on the way to {host} silently drops large packets: pages and downloads get stuck.',
    todo: 'Use a tunnel for the whole system, which keeps packets short, or another network. Tell whoever runs this one.',
  },
  'tunnel-leftover': {
    title: 'A tunnel left something behind',
    happened: 'A tunnel ended without cleaning up: {left} is left, so some names and addresses may not work.',
    todo: 'Start Causeway’s service, which cleans up: sudo systemctl start causeway-helper. Or restart this computer.',
  },
  'proxy-unreachable': {
    title: 'The network’s proxy did not answer',
    happened: 'This computer goes to the Internet through {host}, which cannot be reached.',
    todo: 'Check the proxy in the system’s network settings, or try another network.',
  },
  'proxy-rejected': {
    title: 'The proxy did not let you through',
    happened: '{host} did not accept the user name and password.',
    todo: 'Type the ones for this network again, not the ones for your campus.',
  },
  'proxy-sign-in-kind': {
    title: 'The proxy wants another kind of sign-in',
    happened: '{host} wants a sign-in by {scheme}. Causeway can only send a name and a password (Basic).',
    todo: 'Ask IT for an exception for your campus’s gateway, or for a proxy that takes Basic. Or try another network.',
  },
  'proxy-kind': {
    title: 'A proxy that Causeway cannot use',
    happened: 'This network uses {proxy}. Causeway can use HTTP, HTTPS and SOCKS proxies.',
    todo: 'Check the proxy in the system’s network settings, or ask IT for one of these kinds. Or try another network.',
  },
  // Certificates
  'certificate-untrusted': {
    title: 'Identity not confirmed',
    happened: 'This computer cannot check that {host} is really your campus. Someone may be pretending to be it.',
    todo: 'Do not go on from a network that you do not know. Ask the help desk whether its certificate is new.',
  },
  'certificate-changed': {
    title: 'The server’s key has changed',
    happened: '{host} shows a different key from the one that Causeway knows. Someone may be pretending to be it.',
    todo: 'Do not sign in. Try another network, and tell the help desk.',
  },
  'certificate-wrong-host': {
    title: 'Wrong server',
    happened: 'The server that answered for {host} has a certificate for another name.',
    todo: 'In a hotel or a café, open a web page first and sign in to its Wi-Fi. Then try again.',
  },
  'certificate-expired': {
    title: 'Certificate out of date',
    happened: 'The certificate of {host} is not valid at this computer’s date and time.',
    todo: 'Check this computer’s clock. If it is right, tell the help desk.',
  },
  'certificate-incomplete': {
    title: 'An intermediate certificate is missing',
    happened: '{host} did not send the certificate of “{issuer}”, which signed its own.',
    todo: 'This is usually your campus’s mistake: tell the help desk that the server leaves out that intermediate certificate.',
  },
  'certificate-declined': {
    title: 'Not connected',
    happened: 'You did not accept the certificate of {host}.',
    todo: 'Compare its fingerprint with the help desk, then try again.',
  },
  // Signing in
  'notice-declined': {
    title: 'Notice declined',
    happened: 'You declined your campus’s notice, so it ended the sign-in.',
    todo: 'Connect again and choose “Proceed” to go on.',
  },
  'sign-in-rejected': {
    title: 'Wrong user ID or password',
    happened: 'Your campus did not accept this user ID with this password.',
    todo: 'Check your user ID for typing mistakes. Click the eye (“Show password”) to see your password. Is Caps Lock on?',
  },
  'answer-rejected': {
    title: 'Answer not accepted',
    happened: 'Your campus did not accept what you filled in.',
    todo: 'Read what it says about it, then try again.',
  },
  'sign-in-timed-out': {
    title: 'Sign-in took too long',
    happened: 'Your campus waits only a few minutes for an answer.',
    todo: 'Try again. What you typed is still there.',
  },
  'account-locked': {
    title: 'Account locked',
    happened: 'There were too many failed tries. Your campus lets you try again at {untilAt}.',
    todo: 'Wait until then. If you cannot wait, call the help desk.',
  },
  'account-locked-out': {
    title: 'Account locked',
    happened: 'There were too many failed tries. Your campus does not say when it lets you try again.',
    todo: 'Try again later. If you cannot wait, call the help desk.',
  },
  'choice-not-offered': {
    title: '“{name}” is not offered',
    happened: 'Your campus offers: {offered}.',
    todo: 'Choose one of them. If yours is missing, ask the help desk.',
  },
  'no-gateway': {
    title: 'No gateway is assigned to you',
    happened: '{host} has signed you in, but your account has no gateway.',
    todo: callHelpDesk,
  },
  'gateway-says': {
    title: 'A message from your campus',
    happened: '{text}',
    todo: 'You are connected.',
  },
  'password-ends': {
    title: 'Your password will expire',
    happened: 'Days left, according to your campus’s gateway: {days}.',
    todo: 'Change it before then, in the place that your campus names.',
  },
  'no-second-factor': {
    title: 'No second factor',
    happened: 'Your campus has no device and no recovery passcode on record for you.',
    todo: 'Choose “I lost my phone” to get a recovery passcode.',
  },
  'passcode-wrong': {
    title: 'Wrong passcode',
    happened: 'Your campus did not accept this passcode.',
    todo: 'Check each digit, and that it is the newest one on your phone.',
  },
  'passcode-used': {
    title: 'Passcode used already',
    happened: 'Each passcode works once.',
    todo: 'Wait for the next one on your phone and type that.',
  },
  'passcode-expired': {
    title: 'Passcode no longer valid',
    happened: 'This passcode has expired.',
    todo: 'Type the newest one on your phone, or get a new recovery passcode.',
  },
  'push-denied': {
    title: 'The push was denied',
    happened: 'Someone chose “Deny” on the phone.',
    todo: 'If you did this by mistake, send another. If it was not you, change your password now.',
  },
  'push-timed-out': {
    title: 'The push was not answered',
    happened: 'Nobody approved it in time.',
    todo: 'Unlock your phone and send another, or enter a passcode: that works without Internet access.',
  },
  'push-refused-at-once': {
    title: 'Refused at once',
    happened:
      'Your campus refused before anybody could have answered the phone: the password was wrong, or your campus does not ring your phone.',
    todo: 'Check your password, then send another or enter a passcode instead.',
  },
  'push-superseded': {
    title: 'The push was replaced',
    happened: 'A newer push took its place, or the device was removed.',
    todo: 'Approve the newest one, or send another.',
  },
  'push-left': {
    title: 'A push may still be on your phone',
    happened: 'You stopped signing in on the second factor’s page, which may have sent one.',
    todo: 'Do not approve it. Choose “Deny”, or let it expire.',
  },
  'call-not-confirmed': {
    title: 'The call was not confirmed',
    happened: 'Nobody confirmed it on the phone, or the call did not get through.',
    todo: 'Ask for another call, or enter a passcode instead.',
  },
  'factor-unknown': {
    title: 'Option not recognised',
    happened: 'What you typed is neither a passcode nor an option of your campus.',
    todo: 'Choose one of the ways below, or type the whole passcode.',
  },
  'session-limit': {
    title: 'Too many sessions',
    happened: 'You are signed in on as many computers as your campus allows.',
    todo: 'Disconnect on one of the others, then try again.',
  },
  'browser-closed': {
    title: 'The sign-in page was closed',
    happened: 'You closed the page before your campus confirmed the sign-in.',
    todo: 'Open it again to go on.',
  },
  'browser-strayed': {
    title: 'The sign-in page led elsewhere',
    happened: 'It went to {host}, which your campus’s profile does not name.',
    todo: 'Use your own browser if that is offered, or call the help desk.',
  },
  'page-refused': {
    title: 'Your campus did not let you in',
    happened: '{host} said that signing in failed.',
    todo: 'Try again. If it fails again, tell the help desk what the page says.',
  },
  'page-signed-out': {
    title: 'You are signed out',
    happened: '{host} showed its page for people who have signed out.',
    todo: 'Sign in again to go on.',
  },
  'new-password-wanted': {
    title: 'Your campus wants a new password',
    happened: '{host} asked for a new password, and the page was closed before it got one.',
    todo: 'Sign in again and choose the new password on the page, or call the help desk.',
  },
  'pulse-refused': {
    title: 'The gateway wants another way in',
    happened: '{host} refuses this client over the protocol “pulse”. The problem is not your password.',
    todo: 'Ask the help desk for a profile with protocol “nc” that signs in on your campus’s page.',
  },
  'browser-slow': {
    title: 'The page is slow to load',
    happened: '{host} has not finished loading.',
    todo: 'Wait, or reload the page. If this keeps happening, cancel and try another network.',
  },
  'browser-cookies': {
    title: 'The page’s cookies are too large',
    happened: '{host} refuses the page because of cookies that it set itself.',
    todo: 'Begin again: Causeway deletes the cookies first. If this keeps happening, call the help desk.',
  },
  'browser-crashed': {
    title: 'The page stopped',
    happened: 'The page of {host} crashed.',
    todo: 'Begin again. If this keeps happening, call the help desk.',
  },
  'browser-port': {
    title: 'Your browser could not come back here',
    happened: 'Your campus’s page leads back to this computer on port 29786, but another program uses that port, or IPv6 is turned off.',
    todo: 'Close any other VPN program, especially Cisco’s, and try again.',
  },
  'browser-answer': {
    title: 'Your browser’s answer was not valid',
    happened: 'Your web browser’s answer was not for this sign-in. It may be from an old tab or another program on this computer.',
    todo: 'Close old tabs of the sign-in page, and open it again.',
  },
  'client-certificate-missing': {
    title: 'Your certificate is needed',
    happened: '{host} lets in only people with a personal certificate.',
    todo: 'Choose the file that your campus gave you. Its name often ends in .p12 or .pem.',
  },
  'client-certificate-unreadable': {
    title: 'That certificate could not be opened',
    happened: '{file} does not contain a certificate with its key, or the passphrase is wrong.',
    todo: 'Type the passphrase again, or choose another file.',
  },
  'client-certificate-rejected': {
    title: 'Certificate not accepted',
    happened: '{host} did not accept your certificate.',
    todo: 'It may have expired. Ask the help desk for a new one.',
  },
  'client-refused': {
    title: 'Your campus does not accept this program',
    happened: '{host} refuses this program, known to it as “{agent}” on “{system}”. The problem is not your password.',
    todo: 'Tell the help desk both names. Whoever administers this computer can set others in its policy.',
  },
  'system-refused': {
    title: 'Your campus does not accept this system',
    happened: '{host} refuses computers that run “{system}”. The problem is not your password.',
    todo: 'Ask the help desk which systems are accepted. Whoever administers this computer can report another in its policy.',
  },
  'host-check': {
    title: 'Your campus checks computers first',
    happened: '{host} demands a check of this computer that Causeway cannot do.',
    todo: 'Ask the help desk whether you may connect without it.',
  },
  'codes-key-invalid': {
    title: 'Not a key for codes',
    happened: 'What you pasted is neither an otpauth:// address nor a key of letters and digits.',
    todo: 'Copy the key from your campus’s page once more.',
  },
  // The session
  'ticket-rejected': {
    title: 'Session over',
    happened: 'Your campus no longer knows this session.',
    todo: 'Connect again. You will be asked to sign in.',
  },
  'session-expired': { title: 'Your session ended', happened: 'Its time was up.', todo: 'Connect again to go on.' },
  'session-idle': {
    title: 'Your session ended',
    happened: 'Nothing went through it for a while, so your campus closed it.',
    todo: 'Connect again to go on.',
  },
  'session-revoked': {
    title: 'Your campus ended the session',
    happened: 'An operator of your campus closed it.',
    todo: 'Call the help desk to learn why.',
  },
  'session-replaced': {
    title: 'Signed in elsewhere',
    happened: 'You connected on another computer, and that session replaced this one.',
    todo: 'Connect again to go on here.',
  },
  'gateway-gone': {
    title: 'Your campus stopped answering',
    happened: '{host} has not answered for half an hour or longer, so Causeway stopped trying.',
    todo: 'Connect again once this computer is on the Internet. You will be asked to sign in.',
  },
  'left-campus': {
    title: 'You have left campus',
    happened: 'This computer has left campus, so Causeway resumes your session.',
    todo: 'You need not do anything. If it does not connect soon, sign in again.',
  },
  'cannot-extend': {
    title: 'Session not extended',
    happened: 'Your campus does not give this session more time.',
    todo: 'Finish what you are doing, then connect again.',
  },
  // The tunnel
  'tunnel-dropped': {
    title: 'Connection interrupted',
    happened: 'The connection to {host} broke.',
    todo: 'Causeway reconnects by itself. If you cannot wait, click “Try now”.',
  },
  'ticket-too-long': {
    title: 'The connection did not open',
    happened: 'You are signed in, but the ticket from {host} is too long for this computer’s openconnect.',
    todo: 'Ask IT for OpenConnect 9.12 or newer.',
  },
  'tunnel-refused': {
    title: 'The connection did not open',
    happened: 'You are signed in, but {host} did not open the connection.',
    todo: callHelpDesk,
  },
  'tunnel-down': {
    title: 'Not connected',
    happened: 'This page needs the connection to campus, and it is not up.',
    todo: 'Wait for it to come back, or connect again.',
  },
  'tunnel-failed': {
    title: 'The tunnel did not open',
    happened: 'You are signed in to {host}, but traffic cannot flow through it.',
    todo: 'Try again. If this keeps happening, call the help desk and read them the code below.',
  },
  'helper-missing': {
    title: 'The system tunnel is not installed',
    happened: 'Its service does not answer on this computer.',
    todo: 'Ask IT to install it. A profile with a tunnel for Causeway alone does not need it.',
  },
  'helper-denied': {
    title: 'Not allowed on this computer',
    happened: 'Whoever administers this computer has not allowed you to open a system tunnel to {host}.',
    todo: 'Ask IT to allow it, and read them the code below.',
  },
  'gateway-unproven': {
    title: 'The gateway cannot be confirmed here',
    happened: 'The system tunnel trusts only what this computer’s administrator named, and none of that confirms {host}.',
    todo: 'Ask IT to name its key or authority, and read them the code below.',
  },
  'tunnel-taken': {
    title: 'Someone else is connected',
    happened: '{user} has a tunnel open on this computer, and there can be only one.',
    todo: 'Ask them to disconnect, then try again.',
  },
  'other-vpn': {
    title: 'Another VPN is up',
    happened: '{network} carries this computer’s traffic. Two VPNs at once get in each other’s way.',
    todo: 'Turn the other one off if your campus’s pages do not load.',
  },
  'host-not-allowed': {
    title: 'Not allowed',
    happened: 'Your campus does not let this session reach {host}.',
    todo: 'Go back to the device portal.',
  },
  'host-unreachable': {
    title: 'Page not reachable',
    happened: '{host} did not answer your campus’s gateway.',
    todo: 'Load it again in a moment.',
  },
  'host-ipv6': {
    title: 'Not through this tunnel',
    happened: '{host} is an IPv6 address, and your campus’s gateway gave this tunnel none of its own.',
    todo: 'Use its name, if it has one, or ask the help desk.',
  },
  'names-silent': {
    title: 'Name lookup does not work',
    happened: 'None of your campus’s name servers answered when Causeway asked for {host}.',
    todo: 'Load it again in a moment.',
  },
  'names-none': {
    title: 'Name lookup does not work',
    happened: 'Your campus’s gateway named no name server, so Causeway cannot look up {host}.',
    todo: 'Tell the help desk. A numeric address works.',
  },
  'streams-full': {
    title: 'Too many connections',
    happened: 'So many connections are open through the tunnel that there is no room for one to {host}.',
    todo: 'Close what you do not need, then load it again.',
  },
  'host-name-unknown': {
    title: 'Name not known',
    happened: 'Your campus does not know the name {host}.',
    todo: 'Check the address, or call the help desk.',
  },
  // The portal view
  'portal-unreachable': {
    title: 'The device portal did not answer',
    happened: 'You are connected, but {host} is not answering.',
    todo: 'Load it again in a moment.',
  },
  'portal-certificate': {
    title: 'Portal’s identity not confirmed',
    happened: 'The certificate of {host} is not one that your campus vouches for.',
    todo: 'Do not go on. Tell the help desk.',
  },
  'portal-left': {
    title: 'Not a page of the device portal',
    happened: 'The portal wanted to open {host}, which is not part of it.',
    todo: 'Open it in your web browser if you need it.',
  },
  'portal-sign-in': {
    title: 'Portal sign-in failed',
    happened: 'The portal did not accept the sign-in of this session.',
    todo: 'Sign in on its page with your user ID and password.',
  },
  // Recovery
  'recovery-identity': {
    title: 'The details do not match',
    happened: 'Your campus has nobody on record with these details.',
    todo: 'Check the user ID, the date of birth and the last four characters. For your protection, it does not say which one is wrong.',
  },
  'recovery-password': {
    title: 'Wrong password',
    happened: 'Your campus did not accept this password.',
    todo: 'Click the eye (“Show password”) to see it. Is Caps Lock on?',
  },
  'recovery-limited': {
    title: 'Too many tries',
    happened: 'Your campus accepts the next one at {untilAt}.',
    todo: 'Wait until then. If you cannot wait, call the help desk.',
  },
  'recovery-unreachable': {
    title: 'The recovery site did not answer',
    happened: '{host} cannot be reached from here.',
    todo: checkNetwork,
  },
  'recovery-timed-out': {
    title: 'Recovery took too long',
    happened: 'Your campus keeps a verified identity for only ten minutes.',
    todo: 'Start again: choose “I lost my phone”.',
  },
  'recovery-unavailable': {
    title: 'No recovery here',
    happened: 'Your campus does not offer recovery passcodes through Causeway.',
    todo: 'Call the help desk: they can give you access.',
  },
  // Settings, profiles, keychain
  'settings-damaged': {
    title: 'Settings were reset',
    happened: 'The settings file could not be read. It was kept as {file}.',
    todo: 'Add your campus again if it is missing.',
  },
  'settings-repaired': {
    title: 'Some settings could not be read',
    happened: 'Those are back to their defaults; the rest is as it was. The file was kept as {file}.',
    todo: 'Look through Settings, and add your campus again if it is missing.',
  },
  'settings-newer': {
    title: 'Settings of a newer version',
    happened: 'A newer Causeway wrote the settings. They were kept as {file}.',
    todo: 'Update Causeway to get them back.',
  },
  'settings-unwritable': {
    title: 'Settings cannot be saved',
    happened: 'This computer did not let Causeway write its settings.',
    todo: 'Make space on the disk. Until then changes last until you quit.',
  },
  'folder-unusable': {
    title: 'Your settings cannot be read',
    happened: 'This computer does not let Causeway read its folder, {folder}. It starts as new, and saves nothing this time.',
    todo: 'Ask IT to restore your access to the folder, then start Causeway again: nothing in it is lost.',
  },
  'policy-ignored': {
    title: 'This computer’s policy is not applied',
    happened: 'IT’s decisions for this computer ({file}) are damaged, or others could have written them.',
    todo: 'Tell IT. Causeway goes on without it.',
  },
  'policy-unreadable': {
    title: 'This computer’s policy cannot be read',
    happened: 'IT’s decisions for this computer ({file}) are damaged.',
    todo: 'Tell IT. Until they fix it, Causeway forbids everything that a policy can forbid.',
  },
  'policy-repaired': {
    title: 'Part of the policy was not recognised',
    happened: 'IT’s decisions for this computer ({file}) contain something that Causeway does not know: {key}. The rest applies.',
    todo: 'Tell IT, or go on without it.',
  },
  'policy-campuses': {
    title: 'IT chooses the campuses',
    happened: 'The policy of this computer lets nobody add a campus.',
    todo: 'Choose one of the campuses in the list, or ask IT to add yours.',
  },
  'policy-gateways': {
    title: 'This gateway is not allowed',
    happened: 'The policy of this computer does not allow any gateway of {campus}.',
    todo: 'Ask IT to allow it: {gateway}.',
  },
  'policy-locked': {
    title: 'Set by IT',
    happened: 'The policy of this computer decides this setting.',
    todo: 'Ask IT to change it.',
  },
  'keychain-absent': {
    title: 'No keychain',
    happened: 'This computer has no keychain to keep your password in.',
    todo: 'Type it each time.',
  },
  'keychain-too-long': {
    title: 'Too long to keep',
    happened: 'The keychain of Windows keeps at most 2,560 bytes, and this is longer. It was not kept.',
    todo: 'Type it each time.',
  },
  'saved-password-removed': {
    title: 'Saved password removed',
    happened: 'Your campus did not accept the password that was saved on this computer, so it is no longer saved.',
    todo: 'Type your current password. Tick “Remember me” to save it again.',
  },
  'keychain-locked': {
    title: 'Keychain locked',
    happened: 'This computer’s keychain is locked.',
    todo: 'Unlock it, or type your password this time.',
  },
  'page-sign-in-damaged': {
    title: 'Saved page sign-in lost',
    happened: 'The saved sign-in on the page of {campus} can no longer be read. Causeway has forgotten it.',
    todo: 'Sign in on the page again. It is kept again if you still want that.',
  },
  'page-sign-in-not-kept': {
    title: 'Page sign-in not kept',
    happened: 'This computer did not let Causeway keep your sign-in on the page of {campus}.',
    todo: 'Unlock the keychain, or make space on the disk. You are signed in for now.',
  },
  'page-sign-in-too-many': {
    title: 'Page sign-in kept in part',
    happened: '{host} set more cookies than Causeway keeps, so it keeps none of them.',
    todo: 'That site may ask you more often. You are signed in for now.',
  },
  'page-sign-in-stays': {
    title: 'Page sign-in not removed',
    happened: 'Causeway does not use the kept page sign-in any more, but this computer did not let it remove the file {file}.',
    todo: 'Start Causeway again: it tries once more.',
  },
  'profile-invalid': {
    title: 'Not a campus profile',
    happened: 'It could not be read: {key} is missing or wrong.',
    todo: 'Ask your help desk for a new one.',
  },
  'profile-syntax': {
    title: 'Not a campus profile',
    happened: 'It is not well-formed JSON: look at line {line}, column {column}.',
    todo: 'If you wrote it, correct it there. Otherwise ask your help desk for a new one.',
  },
  'profile-choice': {
    title: 'Not a campus profile',
    happened: 'Its “{key}” can only be one of these: {allowed}.',
    todo: 'If you wrote it, correct it. Otherwise ask your help desk for a new one.',
  },
  'profile-dropped': {
    title: 'Part of the profile was ignored',
    happened: 'In {file}, this is unknown or wrong, and is not used: {key}.',
    todo: 'If you wrote it, correct it. Otherwise tell the help desk.',
  },
  'profile-file-missing': {
    title: 'No such file',
    happened: 'There is no file {file}, or it cannot be read.',
    todo: 'Check its name and its folder.',
  },
  'profile-not-found': {
    title: 'No profile there',
    happened: '{address} does not publish a Causeway profile.',
    todo: 'Check the address in your campus’s guide, or choose a profile file.',
  },
  'profile-unreachable': {
    title: 'No answer',
    happened: '{address} cannot be reached from here.',
    todo: 'Check the address and that this computer is on the Internet.',
  },
  'profile-none': {
    title: 'No such campus',
    happened: 'Causeway does not know this campus.',
    todo: 'Add it first, by its address or a profile file.',
  },
  'campus-not-found': {
    title: 'No such campus here',
    happened: 'Causeway does not know a campus called {name}.',
    todo: 'Type your campus’s web address or your e-mail address there. Not sure? Ask your campus’s help desk.',
  },
  'profile-untried': {
    title: 'Nobody has tried this profile yet',
    happened: 'The profile of {campus} comes with Causeway. It was put together from public pages.',
    todo: 'If your campus publishes a profile of its own, use that one.',
  },
  'campus-managed': {
    title: 'This campus is set up already',
    happened: 'This computer’s administrator has set up {campus}.',
    todo: 'Choose it in the list of campuses.',
  },
  'component-missing': {
    title: 'Something is missing on this computer',
    happened: 'Causeway needs {component} to connect to this gateway, and it is not installed.',
    todo: 'Install Causeway again, or ask IT to install it. On Debian: sudo apt install openconnect',
  },
  'app-needed': {
    title: 'This sign-in needs Causeway’s window',
    happened: 'This campus signs people in on a page of its own, which a terminal cannot show.',
    todo: 'Open Causeway and connect there. Then causeway status shows the connection.',
  },
  'component-altered': {
    title: 'A part of Causeway was changed',
    happened: '{component} is not the one that came with Causeway, so Causeway does not use it.',
    todo: 'Install Causeway again. If this keeps happening, call the help desk and read them the code below.',
  },
  'temporary-folder': {
    title: 'No space to connect',
    happened: 'Causeway needs a small folder among the temporary files, {folder}, and this computer does not let it make one.',
    todo: 'Make space on the disk, and try again. If there is space, ask IT who may write to that folder.',
  },
  'component-failed': {
    title: 'A part of Causeway stopped',
    happened: '{component} stopped in the middle of its work.',
    todo: 'Try again. If this keeps happening, call the help desk and read them the code below.',
  },
  'roots-late': {
    title: 'This computer did not answer in time',
    happened: 'It did not say within half a minute which authorities it trusts, and {host} is confirmed by those. Nothing was sent.',
    todo: 'Try again. If this keeps happening, a program that inspects network traffic may be in the way: ask IT.',
  },
  'control-foreign': {
    title: 'Another program answers for Causeway',
    happened: 'Another user of this computer has taken the name by which commands find Causeway. Nothing was sent to it.',
    todo: 'Use Causeway’s window. Restart the computer; if this keeps happening, call the help desk and read them the code below.',
  },
  'versions-differ': {
    title: 'Two versions of Causeway',
    happened: '{component} is of another version than the program that asked it, and they do not understand each other.',
    todo: 'Quit Causeway and open it again, or restart this computer. If this keeps happening, ask IT to leave only one version installed.',
  },
  // Our own house
  'parts-missing': {
    title: 'A part of Causeway is missing',
    happened: 'The folder {folder}, which was installed with Causeway, is gone. Without it, Causeway cannot sign in to some gateways.',
    todo: 'Install Causeway again.',
  },
  'sandbox-off': {
    title: 'Web pages are less isolated',
    happened:
      'Causeway runs without the sandbox for web pages (--no-sandbox). An AppImage does so if this computer does not allow the sandbox.',
    todo: 'Install Causeway’s package for your system instead, or ask IT to allow user namespaces.',
  },
  'update-unreachable': {
    title: 'No answer about updates',
    happened: '{host}, which has Causeway’s updates, did not answer.',
    todo: 'Check that this computer is on the Internet. Causeway tries again by itself.',
  },
  'update-untrusted': {
    title: 'An update that is not ours',
    happened: 'What the update server offers is not signed by the publisher of Causeway. Nothing was downloaded.',
    todo: 'Tell IT or the help desk. Causeway goes on as it is.',
  },
  'update-invalid': {
    title: 'Update information cannot be read',
    happened: 'The update server’s information breaks a rule: {key}.',
    todo: 'Tell IT or the help desk. Causeway goes on as it is.',
  },
  'update-expired': {
    title: 'Update information is out of date',
    happened: 'The update server’s information was valid until {endedAt}. On this computer it is now {nowDateAt}.',
    todo: 'Check this computer’s clock. If it is right, tell IT: Causeway may be missing security fixes.',
  },
  'update-clock': {
    title: 'This computer’s clock is wrong',
    happened: 'The update server’s answer was signed on {signedAt}. On this computer it is now {nowDateAt}.',
    todo: 'Set this computer’s clock. Until then, Causeway cannot tell which updates are still valid.',
  },
  'update-older': {
    title: 'The update server is behind',
    happened: 'It offers older information than Causeway already has, so Causeway ignores it.',
    todo: 'This usually passes by itself. If it lasts for days, tell IT.',
  },
  'update-damaged': {
    title: 'The update arrived damaged',
    happened: '{file} is not the file that was signed. It was deleted.',
    todo: 'Causeway tries again by itself. If it happens again, try another network.',
  },
  'update-disk-full': {
    title: 'No space for the update',
    happened: 'This computer’s disk is full.',
    todo: 'Make space on the disk. Causeway tries again by itself.',
  },
  'update-unwritable': {
    title: 'The update cannot be saved',
    happened: 'This computer did not let Causeway save its update.',
    todo: 'Tell the help desk. Causeway goes on as it is.',
  },
  'update-not-installed': {
    title: 'The update was not installed',
    happened: 'Causeway should have become version {version} when it last quit, but did not.',
    todo: 'It tries again when you quit. If it happens again, tell the help desk, or install the new version yourself.',
  },
  'report-not-saved': {
    title: 'The report was not saved',
    happened: 'Causeway could not write {file} there.',
    todo: 'Choose another folder, or copy the report instead.',
  },
  'fault-ended': {
    title: 'Causeway had to close',
    happened: 'An internal error occurred at {endedAt}, and Causeway closed.',
    todo: 'If it happens again, send the newest log to your help desk. Settings shows you where logs are.',
  },
  'session-interrupted': {
    title: 'Causeway closed unexpectedly',
    happened: 'It stopped while you were connected to {campus}, without signing you out.',
    todo: 'Try again to go on. What you had finished is saved.',
  },
  'sign-in-interrupted': {
    title: 'Causeway closed unexpectedly',
    happened: 'It stopped while you were signing in to {campus}.',
    todo: 'Try again. Nothing that you typed was saved.',
  },
  'recovery-interrupted': {
    title: 'Causeway closed unexpectedly',
    happened: 'It stopped while you were getting a passcode from {campus}.',
    todo: 'Try again to get a new one.',
  },
  'link-invalid': {
    title: 'Link not understood',
    happened: 'The link does not ask for anything that Causeway can do.',
    todo: 'Open Causeway and choose what you need.',
  },
  'request-invalid': {
    title: 'Request not recognised',
    happened: 'Causeway got a request that it does not recognise.',
    todo: callHelpDesk,
  },
  'not-now': {
    title: 'Too late for that',
    happened: 'Things have changed in the meantime.',
    todo: 'Look at what is on screen now, then try again.',
  },
  'cancelled': { title: 'Cancelled', happened: 'You cancelled.', todo: 'Connect again when you are ready.' },
  'internal': {
    title: 'Something went wrong in Causeway',
    happened: 'This is our mistake, not yours.',
    todo: 'Try again. If this keeps happening, call the help desk and read them the code below.',
  },
};
