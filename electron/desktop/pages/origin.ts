/** The scheme and origin that our own page is served from. Electron's `file://` would stay white once the fuses are set. */
export const appScheme = 'app';
export const appHost = 'causeway';
const appOrigin = `${appScheme}://${appHost}`;
export const appAddress = `${appOrigin}/index.html`;

/** Whether an address is one of our own page's. */
export function isOurAddress(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === `${appScheme}:` && url.host === appHost;
}
