// Stands in for the `electron` module until the app asks for its window; then says what CPU that took, and ends. It lies
// where Node looks for a package of that name: a loader's hooks would cost every import of the app's.
process.versions.electron ??= '45.0.0-stub';
const anything = new Proxy(function () {}, {
  get: (target, name) => (name === 'then' ? undefined : name === Symbol.toPrimitive ? () => '' : anything),
  apply: () => anything,
  construct: () => anything,
});
const report = () => {
  const { user, system } = process.cpuUsage();
  process.stdout.write(String((user + system) / 1000), () => process.exit(0));
  return anything;
};
const userData = process.env.CAUSEWAY_BENCH_USER_DATA;
export const app = new Proxy(
  {},
  {
    get: (target, name) => {
      if (name === 'whenReady') return () => Promise.resolve();
      if (name === 'getPath') return () => userData;
      if (name === 'getVersion') return () => '0.0.0';
      if (name === 'requestSingleInstanceLock') return () => true;
      if (name === 'getPreferredSystemLanguages') return () => ['en'];
      if (name === 'isPackaged') return false;
      return anything;
    },
  },
);
export const BaseWindow = new Proxy(function () {}, { construct: report });
const names = anything;
export {
  names as WebContentsView,
  names as Menu,
  names as Tray,
  names as Notification,
  names as clipboard,
  names as dialog,
  names as ipcMain,
  names as nativeImage,
  names as nativeTheme,
  names as net,
  names as powerMonitor,
  names as protocol,
  names as safeStorage,
  names as screen,
  names as session,
  names as shell,
  names as utilityProcess,
};
export default { app };
