import type { FailureCode } from '../../failure-catalogue.ts';

/** What the help desk asks and does about a failure. It is in docs/helpdesk.md and in `causeway explain`, not in the window. */
export interface HelpDeskAdvice {
  ask: string;
  act: string;
}

export const helpDeskAdvice: Readonly<Record<FailureCode, HelpDeskAdvice>> = {
  'gateway-unreachable': {
    ask: 'Do other web pages open? Which network is it (home, hotel, mobile)? Do others reach the campus?',
    act: 'Open the gateway’s address from outside the campus. If it answers, the person’s network or firewall stops it: suggest a phone’s hotspot. If not, the gateway is down.',
  },
  'local-network': {
    ask: 'Is it a Mac, and did it ask about devices on the local network?',
    act: 'System Settings, Privacy & Security, Local Network: switch Causeway on.',
  },
  'gateway-name-unknown': {
    ask: 'Do other web pages open? Is it a hotel or café?',
    act: 'Have them sign in to the Wi-Fi first. If other names work, check that the gateway’s name is still in the public DNS, and that their profile has it.',
  },
  'gateway-silent': {
    ask: 'Is it slow on other pages too? Does a phone’s hotspot work?',
    act: 'Look at the gateway’s load. If a hotspot works, their network drops the connection.',
  },
  'gateway-not-secure': {
    ask: 'Is it a hotel, café or company network?',
    act: 'Something between answers in the gateway’s place. Have them sign in to the Wi-Fi, or try another network.',
  },
  'old-tls': {
    ask: 'Does everybody have it?',
    act: 'The gateway needs TLS 1.2 with safe renegotiation: tell whoever runs it. Until then the policy key oldTls allows it.',
  },
  'gateway-protocol': {
    ask: 'Which campus did they choose, and where is the profile from?',
    act: 'Compare the gateway in the profile with the real one. Give them the current profile.',
  },
  'gateway-closed': {
    ask: 'Does it happen each time, and at the same step?',
    act: 'Look for their connection in the gateway’s log. A firewall that ends long connections looks the same.',
  },
  'gateway-busy': {
    ask: 'Since when?',
    act: 'Look at the gateway’s load and licences. Ask them to try in a few minutes.',
  },
  'campus-trouble': {
    ask: 'What does the window say it was doing?',
    act: 'The gateway or a server behind it reports a fault of its own: look at its log at that time.',
  },
  'captive-portal': {
    ask: 'Have they signed in to the Wi-Fi?',
    act: 'Have them click Open the sign-in page, get on the Internet, and connect again.',
  },
  'path-drops-long': {
    ask: 'Which network is it? Is there a second VPN?',
    act: 'Long packets get lost on the way. Another network helps; tell whoever runs this one that ICMP must not be dropped.',
  },
  'tunnel-leftover': {
    ask: 'Did Causeway or the computer crash before?',
    act: 'Restart the computer, or start the service: it tidies up.',
  },
  'proxy-unreachable': {
    ask: 'Is it a company network? Was a proxy set before?',
    act: 'Check the proxy in the system’s network settings, or have them try another network.',
  },
  'proxy-rejected': {
    ask: 'Do they know the network’s own user name and password?',
    act: 'They need the network’s credentials, not the campus’s. Its administrator has them.',
  },
  'proxy-sign-in-kind': {
    ask: 'Whose network is it?',
    act: 'The proxy wants NTLM, Negotiate or Digest, which Causeway does not have. Ask its administrator for an exception, or use another network.',
  },
  'proxy-kind': {
    ask: 'Which proxy is set in the system?',
    act: 'Have an HTTP or SOCKS proxy set, or use another network.',
  },
  'certificate-untrusted': {
    ask: 'Which network is it? What fingerprint does the window show?',
    act: 'Compare the fingerprint with the real one. If it differs, they must not go on: someone is in between. If it is yours and new, publish a new profile.',
  },
  'certificate-changed': {
    ask: 'Which network is it? What is under Details?',
    act: 'Compare both keys. If you changed the key, publish it and have them forget the old one in Settings. Otherwise they must not sign in.',
  },
  'certificate-wrong-host': {
    ask: 'Is it a hotel or café?',
    act: 'Have them sign in to the Wi-Fi. Elsewhere, check that the certificate has the gateway’s name.',
  },
  'certificate-expired': {
    ask: 'Is the computer’s date right?',
    act: 'Have them set the clock. If it is right, renew the certificate.',
  },
  'certificate-incomplete': {
    ask: 'Does everybody have it?',
    act: 'The server leaves out an intermediate certificate: add it there.',
  },
  'certificate-declined': {
    ask: 'Did they compare the fingerprint?',
    act: 'Read the real fingerprint to them, and have them try again.',
  },
  'notice-declined': {
    ask: 'Did they mean to decline the notice?',
    act: 'They connect again and choose Proceed.',
  },
  'sign-in-rejected': {
    ask: 'Which user ID did they type? Is Caps Lock on? Does the same sign-in work on the campus’s web site?',
    act: 'Look the account up: spelling, locked, expired, in the VPN’s group. Reset the password if they forgot it.',
  },
  'answer-rejected': {
    ask: 'What did the gateway ask, and what does it say?',
    act: 'Look up that question in the gateway’s sign-in policy.',
  },
  'sign-in-timed-out': {
    ask: 'Were they called away?',
    act: 'They try again. What they typed is kept.',
  },
  'account-locked': {
    ask: 'How many tries were there?',
    act: 'Unlock the account, or have them wait until the time that the window shows.',
  },
  'account-locked-out': {
    ask: 'How many tries were there? Were they their own?',
    act: 'Unlock the account. If the tries were not theirs, have the password changed.',
  },
  'choice-not-offered': {
    ask: 'Which group or realm do they want, and which does the window offer?',
    act: 'Put them into the group, or have them choose another one.',
  },
  'no-gateway': {
    ask: 'Since when do they have this account?',
    act: 'Assign the account to a gateway.',
  },
  'gateway-says': {
    ask: 'What does the message say?',
    act: 'Nothing is wrong: it is the gateway’s own message.',
  },
  'password-ends': {
    ask: 'When does it end?',
    act: 'Tell them where passwords are changed.',
  },
  'no-second-factor': {
    ask: 'Do they still have a phone with Duo Mobile?',
    act: 'They choose I lost my phone. Without recovery, enrol a device for them once their identity is clear.',
  },
  'passcode-wrong': {
    ask: 'Is it the newest code? Does the phone set its time by itself?',
    act: 'Have the phone’s time set automatically. Otherwise have them use a push, or give them a bypass code.',
  },
  'passcode-used': {
    ask: 'Did they use the same code just before?',
    act: 'They wait half a minute for the next one.',
  },
  'passcode-expired': {
    ask: 'Where does the code come from?',
    act: 'They type the newest one, or get a new recovery passcode.',
  },
  'push-denied': {
    ask: 'Did they deny it themselves?',
    act: 'If not, somebody else has the password: have it changed at once.',
  },
  'push-timed-out': {
    ask: 'Did the push arrive? Is the phone on the Internet?',
    act: 'Have them enter a passcode, which needs no Internet.',
  },
  'push-refused-at-once': {
    ask: 'Is the password right? Is the device still enrolled?',
    act: 'Look at the second factor’s log for the reason.',
  },
  'push-superseded': {
    ask: 'Are there several pushes on the phone?',
    act: 'They approve the newest one.',
  },
  'push-left': {
    ask: 'Did they cancel while a push was out?',
    act: 'They deny it, or let it run out.',
  },
  'call-not-confirmed': {
    ask: 'Did the phone ring, and did they press a key?',
    act: 'They ask for another call, or enter a passcode.',
  },
  'factor-unknown': {
    ask: 'Which device did they choose?',
    act: 'Have them choose one that the window offers, or type the whole passcode.',
  },
  'session-limit': {
    ask: 'Are they connected elsewhere?',
    act: 'End their other sessions on the gateway.',
  },
  'browser-closed': {
    ask: 'Did they close the page?',
    act: 'They open it again.',
  },
  'browser-strayed': {
    ask: 'Which address does the window show?',
    act: 'The profile does not name that host. If it belongs to the campus, add it to browser.hosts.',
  },
  'page-refused': {
    ask: 'What does the page say?',
    act: 'Look at the sign-in server’s log: group, condition, device.',
  },
  'page-signed-out': {
    ask: 'Did they choose to sign out on the page?',
    act: 'They sign in again.',
  },
  'new-password-wanted': {
    ask: 'Did they see the page for a new password?',
    act: 'They sign in again and choose one, or you set one for them.',
  },
  'pulse-refused': {
    ask: 'Which profile do they have?',
    act: 'Give them a profile with protocol “nc” that signs in on the campus’s page.',
  },
  'browser-slow': {
    ask: 'Are other pages slow too?',
    act: 'Have them try another network. Look at the sign-in server’s load.',
  },
  'browser-cookies': {
    ask: 'Did it work before?',
    act: 'They begin again, which deletes the cookies. If it returns, a server sets too many.',
  },
  'browser-crashed': {
    ask: 'Does it happen each time?',
    act: 'They begin again. If it returns, ask for a report.',
  },
  'browser-port': {
    ask: 'Is Cisco’s client open, or another VPN?',
    act: 'They close it and try again.',
  },
  'browser-answer': {
    ask: 'Are old sign-in pages open in the browser?',
    act: 'They close them and start again.',
  },
  'client-certificate-missing': {
    ask: 'Have they got the certificate’s file?',
    act: 'Send them their certificate, or the way to get it.',
  },
  'client-certificate-unreadable': {
    ask: 'Which file is it? Is the passphrase right?',
    act: 'Issue the file again, as .p12 or .pem.',
  },
  'client-certificate-rejected': {
    ask: 'When does the certificate end?',
    act: 'Issue a new one, or check that the gateway trusts its issuer.',
  },
  'host-check': {
    ask: 'Is it their own computer?',
    act: 'The gateway checks computers first. Decide whether they may connect without it.',
  },
  'client-refused': {
    ask: 'Which program name does the window show?',
    act: 'Allow it on the gateway, or set another in the computer’s policy (userAgent).',
  },
  'system-refused': {
    ask: 'Which system does the window show?',
    act: 'Allow it on the gateway, or set another in the computer’s policy (reportedSystem).',
  },
  'codes-key-invalid': {
    ask: 'Where did they copy the key?',
    act: 'They copy it again, without blanks.',
  },
  'ticket-rejected': {
    ask: 'How long were they away?',
    act: 'They sign in again. If it comes early, look at the session’s length on the gateway.',
  },
  'session-expired': {
    ask: 'How long were they connected?',
    act: 'They connect again. The gateway sets the length.',
  },
  'session-idle': {
    ask: 'Did they pause?',
    act: 'They connect again. The gateway sets the idle time.',
  },
  'session-revoked': {
    ask: 'Did somebody end it?',
    act: 'Look at the gateway’s log for who ended the session and why.',
  },
  'session-replaced': {
    ask: 'Are they connected on another computer?',
    act: 'Only one session may be open: they choose which one.',
  },
  'gateway-gone': {
    ask: 'Is the computer on the Internet again?',
    act: 'They connect again. If others lost their connection too, look at the gateway.',
  },
  'cannot-extend': {
    ask: 'When does the session end?',
    act: 'The gateway does not extend. They finish, then connect again.',
  },
  'tunnel-dropped': {
    ask: 'Do other pages open?',
    act: 'It reconnects by itself. If it keeps breaking, ask for a report.',
  },
  'ticket-too-long': {
    ask: 'Which OpenConnect does Check my connection show?',
    act: 'Install a newer Causeway or OpenConnect 9.12 or newer.',
  },
  'tunnel-refused': {
    ask: 'Which role or group did they get?',
    act: 'The sign-in worked, but the role has no tunnel: give it VPN tunnelling on the gateway.',
  },
  'tunnel-down': {
    ask: 'Did it say Reconnecting?',
    act: 'They wait, or connect again.',
  },
  'tunnel-failed': {
    ask: 'Does it happen each time? Which protocol does the profile have?',
    act: 'Ask for a report. Look at the gateway’s log for the tunnel that did not open.',
  },
  'helper-missing': {
    ask: 'Does the profile need a tunnel of the whole system?',
    act: 'Install Causeway’s service, or give them a profile with an app tunnel.',
  },
  'helper-denied': {
    ask: 'Who uses this computer?',
    act: 'Add them to the users in the service’s configuration.',
  },
  'gateway-unproven': {
    ask: 'Which gateway does the window show?',
    act: 'Name its key or authority in the service’s configuration.',
  },
  'tunnel-taken': {
    ask: 'Who else is signed in on this computer?',
    act: 'The other person disconnects first.',
  },
  'other-vpn': {
    ask: 'Which other VPN does the window name?',
    act: 'They turn it off if campus pages do not load.',
  },
  'host-not-allowed': {
    ask: 'Which page did they want?',
    act: 'Add the host to portal.hosts of the profile if it belongs to the portal.',
  },
  'host-unreachable': {
    ask: 'Which page is it? Do other campus pages load?',
    act: 'Look at that server, and at the routes of the VPN’s role.',
  },
  'host-name-unknown': {
    ask: 'Is the name spelled right?',
    act: 'Check the name on the campus’s own name servers.',
  },
  'host-ipv6': {
    ask: 'Which address is it?',
    act: 'The tunnel has no IPv6: they use a name, or you add IPv6 to the VPN.',
  },
  'names-silent': {
    ask: 'Do other campus pages load?',
    act: 'Check that the VPN’s name servers answer through the tunnel.',
  },
  'names-none': {
    ask: 'Does everybody have it?',
    act: 'The gateway gives no name servers: set them in the VPN’s role.',
  },
  'streams-full': {
    ask: 'How many pages or downloads are open?',
    act: 'They close some.',
  },
  'portal-unreachable': {
    ask: 'Is Causeway connected?',
    act: 'Look at the device portal.',
  },
  'portal-certificate': {
    ask: 'Which host does the window show?',
    act: 'Check the portal’s certificate. They must not go on.',
  },
  'portal-left': {
    ask: 'Where did they want to go?',
    act: 'They open it in a browser, or you add the host to portal.hosts.',
  },
  'portal-sign-in': {
    ask: 'Can they sign in on the portal’s page?',
    act: 'Look at the one-time sign-in of the gateway. They sign in by hand meanwhile.',
  },
  'recovery-identity': {
    ask: 'Which user ID, date of birth and last four characters did they type?',
    act: 'Compare with the record yourself, without reading it to them. Correct it if it is wrong.',
  },
  'recovery-password': {
    ask: 'Do they know their password?',
    act: 'Reset it as usual.',
  },
  'recovery-limited': {
    ask: 'When may they try again?',
    act: 'They wait, or you let them in once their identity is clear.',
  },
  'recovery-unreachable': {
    ask: 'Do other web pages open?',
    act: 'Look at the recovery site.',
  },
  'recovery-timed-out': {
    ask: 'Were they called away?',
    act: 'They start again with I lost my phone.',
  },
  'recovery-unavailable': {
    ask: 'What do they need?',
    act: 'This campus has no recovery: give them a bypass code once their identity is clear.',
  },
  'settings-damaged': {
    ask: 'Is their campus missing?',
    act: 'They add it again. A copy of the old file is beside the new one.',
  },
  'settings-repaired': {
    ask: 'What is missing?',
    act: 'They look through Settings.',
  },
  'settings-newer': {
    ask: 'Did they go back to an older version?',
    act: 'Install the newest version.',
  },
  'settings-unwritable': {
    ask: 'Is the disk full?',
    act: 'They make space.',
  },
  'folder-unusable': {
    ask: 'Was Causeway ever started as an administrator?',
    act: 'Give the folder back to the person.',
  },
  'policy-ignored': {
    ask: 'Which file does the window name?',
    act: 'Others than administrators can change it: correct its owner and rights.',
  },
  'policy-unreadable': {
    ask: 'Which file does the window name?',
    act: 'Correct the policy: causeway policy says what is wrong.',
  },
  'policy-repaired': {
    ask: 'What does Settings show?',
    act: 'Correct that entry: causeway policy says what is wrong.',
  },
  'policy-campuses': {
    ask: 'Which campus do they want?',
    act: 'Add it to the policy, or allow people to add campuses.',
  },
  'policy-gateways': {
    ask: 'Which gateway does the window name?',
    act: 'Add it to allowedGateways.',
  },
  'policy-locked': {
    ask: 'Which setting is it?',
    act: 'The policy decides it.',
  },
  'keychain-absent': {
    ask: 'Which desktop is it?',
    act: 'On Linux, install and start a keychain (gnome-keyring). Without it, passwords are typed.',
  },
  'keychain-locked': {
    ask: 'Did the system ask for the keychain’s password?',
    act: 'They unlock it, or type the password this time.',
  },
  'keychain-too-long': {
    ask: 'How long is the password?',
    act: 'This keychain keeps no longer one: they type it.',
  },
  'saved-password-removed': {
    ask: 'Did they change their password?',
    act: 'They type the current one and tick Remember me again.',
  },
  'page-sign-in-damaged': {
    ask: 'Did it work before?',
    act: 'They sign in on the page again.',
  },
  'page-sign-in-not-kept': {
    ask: 'Is the keychain locked or the disk full?',
    act: 'They unlock it or make space.',
  },
  'page-sign-in-too-many': {
    ask: 'Which site does the window name?',
    act: 'It sets too many cookies: it may ask more often.',
  },
  'page-sign-in-stays': {
    ask: 'Is the disk full or the folder read-only?',
    act: 'They start Causeway again.',
  },
  'profile-invalid': {
    ask: 'Where is the file from?',
    act: 'Send them a new profile.',
  },
  'profile-syntax': {
    ask: 'Did they change the file?',
    act: 'Send them a new profile.',
  },
  'profile-choice': {
    ask: 'Which entry does the window name?',
    act: 'Correct it in the profile, or send a new one.',
  },
  'profile-dropped': {
    ask: 'Which entries does the window name?',
    act: 'Their version does not know them: update it, or correct the profile.',
  },
  'profile-file-missing': {
    ask: 'Was the file moved?',
    act: 'They choose it again.',
  },
  'profile-not-found': {
    ask: 'Which address did they type?',
    act: 'Read the right address to them, or send the file.',
  },
  'profile-unreachable': {
    ask: 'Do other web pages open?',
    act: 'Check that the profile is published at /.well-known/causeway.json.',
  },
  'profile-none': {
    ask: 'Did they add the campus?',
    act: 'They add it first.',
  },
  'campus-not-found': {
    ask: 'What did they type?',
    act: 'Read the campus’s web address to them.',
  },
  'campus-managed': {
    ask: 'Is it a managed computer?',
    act: 'They choose the campus that is there.',
  },
  'profile-untried': {
    ask: 'Does the campus publish a profile of its own?',
    act: 'Have them use that one.',
  },
  'component-missing': {
    ask: 'Which part does the window name?',
    act: 'Install Causeway again.',
  },
  'app-needed': {
    ask: 'Did they use a terminal?',
    act: 'They connect in the window.',
  },
  'component-failed': {
    ask: 'Does it happen each time?',
    act: 'Ask for a report. Install Causeway again if it stays.',
  },
  'component-altered': {
    ask: 'Does a program for security clean this computer?',
    act: 'Install Causeway again, and exempt its folder if it returns.',
  },
  'temporary-folder': {
    ask: 'Is the disk full?',
    act: 'They make space. Otherwise check who may write to the temporary folder.',
  },
  'control-foreign': {
    ask: 'Are several people signed in on this computer?',
    act: 'Restart the computer. If it stays, another program uses Causeway’s place: look for it.',
  },
  'versions-differ': {
    ask: 'Was Causeway updated a moment ago? Is it installed twice?',
    act: 'They quit Causeway and open it again, or restart. Leave only one version installed.',
  },
  'roots-late': {
    ask: 'Is there a program that inspects traffic?',
    act: 'Exempt Causeway there. Reading the system’s certificates takes too long.',
  },
  'parts-missing': {
    ask: 'Does a program for security clean this computer?',
    act: 'Install Causeway again.',
  },
  'sandbox-off': {
    ask: 'How was it installed?',
    act: 'Install the package for this system, or allow user namespaces.',
  },
  'update-unreachable': {
    ask: 'Is the computer on the Internet?',
    act: 'It tries again by itself. Check that the update server is reachable from their network.',
  },
  'update-untrusted': {
    ask: 'Which update address does the policy name?',
    act: 'What the server offers has the wrong signature: look at the server. Nothing was downloaded.',
  },
  'update-invalid': {
    ask: 'Which update address does the policy name?',
    act: 'Look at what the update server publishes.',
  },
  'update-expired': {
    ask: 'Is the computer’s date right?',
    act: 'If it is, the update server publishes nothing new any more: renew it.',
  },
  'update-clock': {
    ask: 'Is the computer’s date right?',
    act: 'Have them set the clock.',
  },
  'update-older': {
    ask: 'Since when does it say so?',
    act: 'The update server is behind: look at it if it lasts for days.',
  },
  'update-damaged': {
    ask: 'Which network is it?',
    act: 'It tries again. Otherwise another network, or install the new version by hand.',
  },
  'update-disk-full': {
    ask: 'How much space is free?',
    act: 'They make space.',
  },
  'update-unwritable': {
    ask: 'Who may write to Causeway’s folder?',
    act: 'Give the folder back to the person, or install the new version yourself.',
  },
  'update-not-installed': {
    ask: 'Which version does Settings show?',
    act: 'They quit Causeway once more. Otherwise install the new version yourself.',
  },
  'left-campus': {
    ask: 'Are they still on campus?',
    act: 'Off campus they connect as usual. On campus, look at the addresses that the profile trusts.',
  },
  'report-not-saved': {
    ask: 'Which folder did they choose?',
    act: 'They choose another one, or copy the report.',
  },
  'fault-ended': {
    ask: 'What did they do before? Does it happen again?',
    act: 'Ask for a report. It has the log of the run that ended.',
  },
  'session-interrupted': {
    ask: 'Did the computer or Causeway stop?',
    act: 'They connect again.',
  },
  'sign-in-interrupted': {
    ask: 'Did the computer or Causeway stop?',
    act: 'They sign in again.',
  },
  'recovery-interrupted': {
    ask: 'Did the computer or Causeway stop?',
    act: 'They get a new recovery passcode.',
  },
  'link-invalid': {
    ask: 'Where is the link from?',
    act: 'Correct the link. They open Causeway themselves meanwhile.',
  },
  'request-invalid': {
    ask: 'What did they click?',
    act: 'It is a fault in Causeway: ask for a report.',
  },
  'not-now': {
    ask: 'What did they click?',
    act: 'They look at the screen and try again.',
  },
  'cancelled': {
    ask: 'Did they cancel it?',
    act: 'They connect again.',
  },
  'internal': {
    ask: 'What did they do before? Does it happen again?',
    act: 'It is a fault in Causeway: ask for a report, and send it to whoever maintains it.',
  },
};
