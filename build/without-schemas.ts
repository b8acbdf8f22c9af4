/**
 * Replaces ajv, its formats and semver in the bundles. They are a third of a megabyte that V8 would read at every start
 * for electron-store's schemas and migrations. We use neither: our own schemas parse what is stored.
 */
function unused(): never {
  throw new Error('electron-store is used without schemas and migrations');
}

export { unused as Ajv2020 };

export default { default: unused, valid: unused, Range: unused, satisfies: unused, gt: unused, lte: unused, compare: unused };
