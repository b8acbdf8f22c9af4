/**
 * How openconnect and its libraries are built from their pinned sources, in this order. `build/native-windows.ts`,
 * `build/native-linux.ts` and `build/native-macos.ts` run it. Each LGPL library stays a separate file beside libopenconnect, so that people can
 * replace it. On Linux, GnuTLS and zlib are the system's, so that system updates reach them. libxml2's version number
 * differs between distributions, so it is linked into the library.
 */

/** The folders and tools of a build. */
export interface BuildSetup {
  /** The part's own unpacked source, where the commands run. */
  source: string;
  /** The version of that source. */
  version: string;
  /** Where the earlier parts were installed. */
  prefix: string;
  platform: 'win32' | 'linux' | 'darwin';
  /** For configure's `--host`. Null: the computer that builds. */
  host: string | null;
  compiler: string;
  flags: string;
  link: string;
}

/** A program with its arguments. */
export type Step = readonly [program: string, ...words: string[]];

export interface Part {
  /** The name of its source in `native.json`. The distribution's patches, if any are applied, are `NAME-patches`. */
  source: string;
  /** The systems that it is built for. Absent: all. */
  only?: readonly BuildSetup['platform'][];
  /** Our own patches in `build/patches`, applied after the distribution's. Each says at its top what it changes and why. */
  patches?: readonly string[];
  /** Run in order. */
  steps(setup: BuildSetup): readonly Step[];
  /** The file with its licence, in its folder. */
  licence: string;
}

/** Files that autotools would regenerate because a patch touched their inputs. The shipped ones are fine. */
const asShipped = ['ACLOCAL=:', 'AUTOCONF=:', 'AUTOMAKE=:', 'AUTOHEADER=:', 'MAKEINFO=:'];
const configure = ({ prefix, platform, host, compiler, flags, link }: BuildSetup, ...words: string[]): [string, ...string[]] => [
  './configure',
  `--prefix=${prefix}`,
  // pkg-config would otherwise return the building computer's own libraries
  ...(host === null ? [] : [`--host=${host}`, `PKG_CONFIG_LIBDIR=${prefix}/lib/pkgconfig`, 'CC_FOR_BUILD=gcc']),
  ...(platform === 'darwin' ? [`--libdir=${prefix}/lib`, `PKG_CONFIG_LIBDIR=${prefix}/lib/pkgconfig`] : []),
  `CC=${compiler}`,
  `CFLAGS=${flags}`,
  `CPPFLAGS=-I${prefix}/include`,
  `LDFLAGS=-L${prefix}/lib ${link}`,
  ...words,
];
const make = (...targets: string[]): [string, ...string[]] => ['make', ...asShipped, ...targets];

const zlibFiles = ['adler32', 'compress', 'crc32', 'deflate', 'inffast', 'inflate', 'inftrees', 'trees', 'uncompr', 'zutil'];

/** These read nothing that a gateway sends. */
const xmlWithout =
  'catalog,c14n,debug,docbook,ftp,history,http,icu,legacy,lzma,mem-debug,modules,pattern,python,reader,readline,regexps,run-debug,schemas,schematron,valid,writer,xinclude,xpath,xptr,zlib';
/** glibc and macOS contain them; on Windows each is a library of its own. Pages in Big5 and similar encodings need `iconv`. */
const ofGlibc = 'iconv,threads';

/** Leaves out features that few need and that each add a library: smart cards, software tokens, LZ4. */
const openconnectWith = [
  '--enable-shared',
  '--disable-static',
  '--with-gnutls',
  ...['openssl', 'libpskc', 'stoken', 'libpcsclite', 'libproxy', 'lz4'].map((name) => `--without-${name}`),
  ...['nls', 'docs'].map((name) => `--disable-${name}`),
];

/** Our own suffix for the version, which would otherwise say `unknown`. */
const openconnectVersion = ({ version }: BuildSetup): [string, ...string[]] => [
  'env',
  `RPM_PACKAGE_VERSION=${version}`,
  'RPM_PACKAGE_RELEASE=causeway',
  ...make('version.c'),
];

const openconnectForWindows = (setup: BuildSetup): Step[] => [
  configure(
    setup,
    ...openconnectWith,
    '--without-gssapi',
    '--with-vpnc-script=vpnc-script-win.js',
    // Its link script would leave objects that are not libraries of their own out of the DLL
    'lt_cv_deplibs_check_method=pass_all',
    `LIBXML2_CFLAGS=-DLIBXML_STATIC -I${setup.prefix}/include/libxml2`,
    `LIBXML2_LIBS=-L${setup.prefix}/lib -lxml2 -lws2_32`,
    `ZLIB_CFLAGS=-I${setup.prefix}/include`,
    `ZLIB_LIBS=-L${setup.prefix}/lib -lz`,
  ),
  openconnectVersion(setup),
  make('libopenconnect.la', 'openconnect.exe'),
  make('install-libLTLIBRARIES', 'install-sbinPROGRAMS'),
];

const openconnectForLinux = (setup: BuildSetup): Step[] => [
  configure(
    setup,
    ...openconnectWith,
    // Proxies that accept a Kerberos ticket
    '--with-gssapi',
    '--with-vpnc-script=/usr/share/vpnc-scripts/vpnc-script',
    `LIBXML2_CFLAGS=-I${setup.prefix}/include/libxml2`,
    `LIBXML2_LIBS=-L${setup.prefix}/lib -lxml2 -lm`,
  ),
  // No build path may remain in it as a library search path. Debian's packages do the same
  ['sed', '-i', 's|^hardcode_libdir_flag_spec=.*|hardcode_libdir_flag_spec=""|', 'libtool'],
  openconnectVersion(setup),
  make('libopenconnect.la'),
  // The program uses the library beside it
  make(`LDFLAGS=-L${setup.prefix}/lib ${setup.link} -Wl,-rpath,\\$$ORIGIN`, 'openconnect'),
  ['install', '-D', '.libs/openconnect', `${setup.prefix}/sbin/openconnect`],
  ['install', '-D', '-m644', '.libs/libopenconnect.so.5', `${setup.prefix}/lib/libopenconnect.so.5`],
];

/** The system has zlib and iconv. `build/native-macos.ts` makes its files find each other. */
const openconnectForMac = (setup: BuildSetup): Step[] => [
  configure(
    setup,
    ...openconnectWith,
    '--without-gssapi',
    '--with-vpnc-script=vpnc-script',
    `LIBXML2_CFLAGS=-I${setup.prefix}/include/libxml2`,
    `LIBXML2_LIBS=-L${setup.prefix}/lib -lxml2 -liconv`,
    `ZLIB_CFLAGS=-I${setup.prefix}/include`,
    'ZLIB_LIBS=-lz',
  ),
  openconnectVersion(setup),
  make('libopenconnect.la', 'openconnect'),
  make('install-libLTLIBRARIES', 'install-sbinPROGRAMS'),
];

const openconnectFor = { linux: openconnectForLinux, win32: openconnectForWindows, darwin: openconnectForMac } as const;

/** macOS's `install` makes no folders. */
const macManual: readonly Step[] = [
  ['mkdir', '-p', 'doc'],
  ['touch', 'doc/Makefile.in'],
];

export const parts: readonly Part[] = [
  {
    source: 'gmp-source',
    only: ['win32', 'darwin'],
    licence: 'COPYING.LESSERv3',
    steps: (setup) => [
      // Debian removes the manual, which is not free enough for it, and configure misses it
      ...(setup.platform === 'darwin' ? macManual : ([['install', '-D', '/dev/null', 'doc/Makefile.in']] as const)),
      configure(setup, '--enable-shared', '--disable-static'),
      make('SUBDIRS=mpn mpz mpq mpf printf scanf rand'),
      make('SUBDIRS=', 'install'),
    ],
  },
  {
    source: 'nettle-source',
    only: ['win32', 'darwin'],
    licence: 'COPYING.LESSERv3',
    steps: (setup) => [
      configure(setup, '--disable-static', '--disable-documentation', '--disable-openssl', '--enable-fat'),
      make('SUBDIRS=tools'),
      make('SUBDIRS=', 'install'),
    ],
  },
  {
    source: 'gnutls-source',
    only: ['win32', 'darwin'],
    licence: 'COPYING.LESSERv2',
    steps: (setup) => [
      configure(
        setup,
        '--enable-shared',
        '--disable-static',
        '--with-included-libtasn1',
        '--with-included-unistring',
        ...['p11-kit', 'tpm', 'tpm2', 'idn', 'zlib', 'zstd', 'brotli'].map((name) => `--without-${name}`),
        ...['cxx', 'doc', 'tools', 'tests', 'nls', 'libdane', 'maintainer-mode', 'gcc-warnings'].map((name) => `--disable-${name}`),
        // The default is in the drive's root, where anybody may create files
        `--with-system-priority-file=${setup.platform === 'darwin' ? '/etc/gnutls/config' : 'C:/Windows/System32/gnutls/config'}`,
      ),
      make(),
      make('install'),
    ],
  },
  {
    source: 'zlib-source',
    only: ['win32'],
    licence: 'LICENSE',
    steps: ({ flags, host, prefix }) => [
      [`${host}-gcc-win32`, ...flags.split(' '), '-c', ...zlibFiles.map((name) => `${name}.c`)],
      [`${host}-ar`, 'rcsD', 'libz.a', ...zlibFiles.map((name) => `${name}.o`)],
      ['install', '-Dm644', '-t', `${prefix}/lib`, 'libz.a'],
      ['install', '-Dm644', '-t', `${prefix}/include`, 'zlib.h', 'zconf.h'],
    ],
  },
  {
    source: 'libxml2-source',
    licence: 'Copyright',
    steps: (setup) => [
      configure(
        setup,
        '--enable-static',
        '--disable-shared',
        '--with-pic',
        ...(setup.platform === 'win32' ? [xmlWithout, ofGlibc] : [xmlWithout])
          .flatMap((names) => names.split(','))
          .map((name) => `--without-${name}`),
      ),
      make('libxml2.la'),
      make('install-libLTLIBRARIES'),
      make('-C', 'include', 'install'),
    ],
  },
  {
    source: 'openconnect-source',
    patches: ['openconnect-form-without-fields.patch', 'openconnect-pipe-as-tunnel.patch'],
    licence: 'COPYING.LGPL',
    steps: (setup) => openconnectFor[setup.platform](setup),
  },
];

/** The name of a part's licence file beside its output. */
export const licenceOf = ({ source }: Part): string => `licences/${source.replace(/-source$/, '')}.txt`;
