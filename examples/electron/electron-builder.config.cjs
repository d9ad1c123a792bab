// npm run dist. Certificates and accounts come from the environment, as electron-builder's documentation names them:
// CSC_LINK and CSC_KEY_PASSWORD to sign (WIN_CSC_LINK and WIN_CSC_KEY_PASSWORD on Windows, if they are others), APPLE_ID,
// APPLE_APP_SPECIFIC_PASSWORD and APPLE_TEAM_ID to notarise. Without them nothing is signed.
const { checkBinaries } = require('./dev/check-binaries.cjs')

/** The processors, by electron-builder's numbers. */
const PROCESSORS = ['ia32', 'x64', 'armv7l', 'arm64', 'universal']

const canNotarise = ['APPLE_ID', 'APPLE_APP_SPECIFIC_PASSWORD', 'APPLE_TEAM_ID'].every(
  (name) => process.env[name]
)

// What drives the program in the smoke test attaches to it as a debugger does.
const isForSmokeTest = process.env.GALLERY_SMOKE_TEST === '1'

module.exports = {
  appId: 'org.example.qdrant-embedded-gallery',
  productName: 'Gallery',
  copyright: 'The qdrant-embedded developers',
  directories: { output: 'dist', buildResources: 'build' },
  files: [
    'main.mjs',
    'preload.cjs',
    'engine',
    'main',
    'renderer',
    '!**/*.{md,map,d.ts,d.mts,d.cts}',
    // A peer of the REST client, for its types.
    '!**/node_modules/{typescript,@typescript}/**'
  ],
  asar: true,
  // The system loads no library out of an archive.
  asarUnpack: ['**/*.node', '**/node_modules/qdrant-embedded-onnxruntime-*/**'],
  // The addon comes built; it is the same for every version of Node.js and Electron.
  npmRebuild: false,
  beforePack: ({ electronPlatformName, arch }) => checkBinaries(electronPlatformName, PROCESSORS[arch]),
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: isForSmokeTest,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false
  },
  mac: {
    category: 'public.app-category.photography',
    target: ['dmg', 'zip'],
    // The binaries for both processors are in both halves, each in a package of its own.
    x64ArchFiles: '**/node_modules/qdrant-embedded-*/**',
    hardenedRuntime: true,
    gatekeeperAssess: false,
    entitlements: 'build/entitlements.mac.plist',
    entitlementsInherit: 'build/entitlements.mac.plist',
    notarize: canNotarise
  },
  win: { target: 'nsis' },
  linux: { target: ['AppImage', 'deb'], category: 'Graphics', maintainer: 'The qdrant-embedded developers' }
}
