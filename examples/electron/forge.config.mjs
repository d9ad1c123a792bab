// npm run forge:make: the same program by Electron Forge. Signed and notarised as the variables of the environment say:
// APPLE_IDENTITY, APPLE_ID, APPLE_APP_SPECIFIC_PASSWORD and APPLE_TEAM_ID, WINDOWS_CERTIFICATE_FILE and
// WINDOWS_CERTIFICATE_PASSWORD.

import { FuseV1Options, FuseVersion } from '@electron/fuses'
import { FusesPlugin } from '@electron-forge/plugin-fuses'

import { checkBinaries } from './dev/check-binaries.cjs'

const { env } = process
const canNotarise = env.APPLE_ID && env.APPLE_APP_SPECIFIC_PASSWORD && env.APPLE_TEAM_ID

// What drives the program in the smoke test attaches to it as a debugger does.
const isForSmokeTest = env.GALLERY_SMOKE_TEST === '1'

/** What the program is made of; all else in this folder stays out. */
const CONTENT = /^\/(main\.mjs|preload\.cjs|package\.json|(engine|main|renderer|node_modules)(\/|$))/

/** A peer of the REST client, for its types. */
const TYPES_ONLY = /^\/node_modules\/@?typescript\//

export default {
  packagerConfig: {
    name: 'Gallery',
    // Makers for Linux look for the program by the name of the package.
    executableName: process.platform === 'linux' ? 'qdrant-embedded-gallery' : 'Gallery',
    appBundleId: 'org.example.qdrant-embedded-gallery',
    appCategoryType: 'public.app-category.photography',
    ignore: (file) => file !== '' && (!CONTENT.test(file) || TYPES_ONLY.test(file)),
    // The system loads no library out of an archive.
    asar: { unpack: '{**/*.node,**/node_modules/qdrant-embedded-onnxruntime-*/**}' },
    // The binaries for both processors are in both halves, each in a package of its own.
    osxUniversal: { x64ArchFiles: '**/node_modules/qdrant-embedded-*/**' },
    ...(env.APPLE_IDENTITY && {
      osxSign: {
        identity: env.APPLE_IDENTITY,
        optionsForFile: () => ({ hardenedRuntime: true, entitlements: 'build/entitlements.mac.plist' })
      }
    }),
    ...(canNotarise && {
      osxNotarize: {
        appleId: env.APPLE_ID,
        appleIdPassword: env.APPLE_APP_SPECIFIC_PASSWORD,
        teamId: env.APPLE_TEAM_ID
      }
    })
  },
  hooks: { prePackage: async (_config, platform, arch) => checkBinaries(platform, arch) },
  // The addon comes built; it is the same for every version of Node.js and Electron.
  rebuildConfig: { onlyModules: [] },
  makers: [
    {
      name: '@electron-forge/maker-squirrel',
      platforms: ['win32'],
      config: {
        ...(env.WINDOWS_CERTIFICATE_FILE && {
          certificateFile: env.WINDOWS_CERTIFICATE_FILE,
          certificatePassword: env.WINDOWS_CERTIFICATE_PASSWORD
        })
      }
    },
    { name: '@electron-forge/maker-dmg', platforms: ['darwin'] },
    { name: '@electron-forge/maker-zip', platforms: ['darwin'] },
    { name: '@electron-forge/maker-deb', platforms: ['linux'] }
  ],
  plugins: [
    new FusesPlugin({
      version: FuseVersion.V1,
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableCookieEncryption]: true,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: isForSmokeTest,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: false
    })
  ]
}
