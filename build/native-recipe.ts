/**
 * How openconnect and its libraries are made from their pinned sources, in this order; `build/native-windows.ts` and
 * `build/native-linux.ts` run it. Each LGPL library stays one of its own beside libopenconnect, so that whoever has it can put
 * another in its place. On Linux GnuTLS and zlib are the system's, which its updates reach; libxml2's number differs from
 * one distribution to the next, so that it goes into the library here as well.
 */

/** Where things are while they are made, and with what. */
export interface Bench {
  /** The part's own unpacked source: what runs, runs there. */
  source: string;
  /** Of that source. */
  version: string;
  /** What the parts before have installed. */
  prefix: string;
  platform: 'win32' | 'linux';
  /** For configure's `--host`; null: for the computer that it runs on. */
  host: string | null;
  compiler: string;
  flags: string;
  link: string;
}

/** A program with its words. */
export type Step = readonly [program: string, ...words: string[]];

export interface Part {
  /** Of its source in `native.json`; the distribution's patches, where it is mended by some, are `NAME-patches`. */
  source: string;
  /** Where it is made; left out: everywhere. */
  only?: Bench['platform'];
  /** Patches of ours in `build/patches`, after the distribution's: each says in its head what it changes and why. */
  patches?: readonly string[];
  /** One after the other. */
  steps(bench: Bench): readonly Step[];
  /** Its licence's text, in its folder. */
  licence: string;
}

/** What autotools would make anew because a patch has touched what they read; the shipped ones serve. */
const asShipped = ['ACLOCAL=:', 'AUTOCONF=:', 'AUTOMAKE=:', 'AUTOHEADER=:', 'MAKEINFO=:'];
const configure = ({ prefix, host, compiler, flags, link }: Bench, ...words: string[]): [string, ...string[]] => [
  './configure',
  `--prefix=${prefix}`,
  // What asks the system by this would be given the building computer's libraries
  ...(host === null ? [] : [`--host=${host}`, `PKG_CONFIG_LIBDIR=${prefix}/lib/pkgconfig`, 'CC_FOR_BUILD=gcc']),
  `CC=${compiler}`,
  `CFLAGS=${flags}`,
  `CPPFLAGS=-I${prefix}/include`,
  `LDFLAGS=-L${prefix}/lib ${link}`,
  ...words,
];
const make = (...targets: string[]): [string, ...string[]] => ['make', ...asShipped, ...targets];

const zlibFiles = ['adler32', 'compress', 'crc32', 'deflate', 'inffast', 'inflate', 'inftrees', 'trees', 'uncompr', 'zutil'];

/** Nothing of a gateway's is read with these. */
const xmlWithout =
  'catalog,c14n,debug,docbook,ftp,history,http,icu,legacy,lzma,mem-debug,modules,pattern,python,reader,readline,regexps,run-debug,schemas,schematron,valid,writer,xinclude,xpath,xptr,zlib';
/** In glibc, and each a library of its own on Windows. Pages in Big5 and the like need `iconv`. */
const ofGlibc = 'iconv,threads';

/** Without what few ask for and each of which is one more library: smart cards and software tokens with codes, LZ4. */
const openconnectWith = [
  '--enable-shared',
  '--disable-static',
  '--with-gnutls',
  ...['openssl', 'libpskc', 'stoken', 'libpcsclite', 'libproxy', 'lz4'].map((name) => `--without-${name}`),
  ...['nls', 'docs'].map((name) => `--disable-${name}`),
];

/** Its own names for what is part of its version, which says `unknown` otherwise. */
const openconnectVersion = ({ version }: Bench): [string, ...string[]] => [
  'env',
  `RPM_PACKAGE_VERSION=${version}`,
  'RPM_PACKAGE_RELEASE=causeway',
  ...make('version.c'),
];

const openconnectForWindows = (bench: Bench): Step[] => [
  configure(
    bench,
    ...openconnectWith,
    '--without-gssapi',
    '--with-vpnc-script=vpnc-script-win.js',
    // Its script for linking would leave what is not a library of its own out of the DLL
    'lt_cv_deplibs_check_method=pass_all',
    `LIBXML2_CFLAGS=-DLIBXML_STATIC -I${bench.prefix}/include/libxml2`,
    `LIBXML2_LIBS=-L${bench.prefix}/lib -lxml2 -lws2_32`,
    `ZLIB_CFLAGS=-I${bench.prefix}/include`,
    `ZLIB_LIBS=-L${bench.prefix}/lib -lz`,
  ),
  openconnectVersion(bench),
  make('libopenconnect.la', 'openconnect.exe'),
  make('install-libLTLIBRARIES', 'install-sbinPROGRAMS'),
];

const openconnectForLinux = (bench: Bench): Step[] => [
  configure(
    bench,
    ...openconnectWith,
    // Proxies that take a Kerberos ticket
    '--with-gssapi',
    '--with-vpnc-script=/usr/share/vpnc-scripts/vpnc-script',
    `LIBXML2_CFLAGS=-I${bench.prefix}/include/libxml2`,
    `LIBXML2_LIBS=-L${bench.prefix}/lib -lxml2 -lm`,
  ),
  // No path of where it is made may stay in it, where libraries would be looked for: as Debian's packages do
  ['sed', '-i', 's|^hardcode_libdir_flag_spec=.*|hardcode_libdir_flag_spec=""|', 'libtool'],
  openconnectVersion(bench),
  make('libopenconnect.la'),
  // The program's library is the one beside it
  make(`LDFLAGS=-L${bench.prefix}/lib ${bench.link} -Wl,-rpath,\\$$ORIGIN`, 'openconnect'),
  ['install', '-D', '.libs/openconnect', `${bench.prefix}/sbin/openconnect`],
  ['install', '-D', '-m644', '.libs/libopenconnect.so.5', `${bench.prefix}/lib/libopenconnect.so.5`],
];

export const parts: readonly Part[] = [
  {
    source: 'gmp-source',
    only: 'win32',
    licence: 'COPYING.LESSERv3',
    steps: (bench) => [
      // Debian leaves the handbook out, which is not free enough for it, and configure misses it
      ['install', '-D', '/dev/null', 'doc/Makefile.in'],
      configure(bench, '--enable-shared', '--disable-static'),
      make('SUBDIRS=mpn mpz mpq mpf printf scanf rand'),
      make('SUBDIRS=', 'install'),
    ],
  },
  {
    source: 'nettle-source',
    only: 'win32',
    licence: 'COPYING.LESSERv3',
    steps: (bench) => [
      configure(bench, '--disable-static', '--disable-documentation', '--disable-openssl', '--enable-fat'),
      make('SUBDIRS=tools'),
      make('SUBDIRS=', 'install'),
    ],
  },
  {
    source: 'gnutls-source',
    only: 'win32',
    licence: 'COPYING.LESSERv2',
    steps: (bench) => [
      configure(
        bench,
        '--enable-shared',
        '--disable-static',
        '--with-included-libtasn1',
        '--with-included-unistring',
        ...['p11-kit', 'tpm', 'tpm2', 'idn', 'zlib', 'zstd', 'brotli'].map((name) => `--without-${name}`),
        ...['cxx', 'doc', 'tools', 'tests', 'nls', 'libdane', 'maintainer-mode', 'gcc-warnings'].map((name) => `--disable-${name}`),
        // By default below the drive's root, where anybody may put files
        '--with-system-priority-file=C:/Windows/System32/gnutls/config',
      ),
      make(),
      make('install'),
    ],
  },
  {
    source: 'zlib-source',
    only: 'win32',
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
    steps: (bench) => [
      configure(
        bench,
        '--enable-static',
        '--disable-shared',
        '--with-pic',
        ...(bench.platform === 'linux' ? [xmlWithout] : [xmlWithout, ofGlibc])
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
    patches: ['openconnect-form-without-fields.patch'],
    licence: 'COPYING.LGPL',
    steps: (bench) => (bench.platform === 'linux' ? openconnectForLinux(bench) : openconnectForWindows(bench)),
  },
];

/** The name of a part's licence beside what is made of it. */
export const licenceOf = ({ source }: Part): string => `licences/${source.replace(/-source$/, '')}.txt`;
