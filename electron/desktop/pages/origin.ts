/** The scheme and origin of our own page. With Electron's fuses set, a page from `file://` would stay blank. */
export const appScheme = 'app';
export const appHost = 'causeway';
const appOrigin = `${appScheme}://${appHost}`;
export const appAddress = `${appOrigin}/index.html`;

/** Whether an address belongs to our own page. */
export function isOurAddress(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === `${appScheme}:` && url.host === appHost;
}
