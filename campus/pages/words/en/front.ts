/** What the campus's front page and the gateway's page for browsers say. */
export const front = {
  title: 'Welcome',
  lead: 'A whole campus on this computer, to try Causeway with.',
  recovery: 'Account recovery',
  recoveryHint: 'For those who lost their phone',
  phones: 'Pocket phones',
  phonesHint: 'Codes, and sign-ins to approve',
  profile: 'Profile for Causeway',
  profileHint: 'The file that tells the client about this campus',
  gateway: 'VPN gateway: {address}',
  portal: 'Device portal: {address} (on campus, or through the VPN)',
  gatewayPage: {
    service: 'VPN gateway',
    title: 'This is a VPN gateway',
    text: 'Causeway connects here. There is nothing to see in a browser.',
    go: 'Go to the campus',
  },
};
