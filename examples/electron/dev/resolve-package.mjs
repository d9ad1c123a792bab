const repository = new URL('../../../index.mjs', import.meta.url).href

/** Resolves the package to the repository that this example is in. */
export function resolve(specifier, context, nextResolve) {
  const isPackage = specifier === 'qdrant-embedded' || specifier.startsWith('qdrant-embedded/')
  return nextResolve(specifier, isPackage ? { ...context, parentURL: repository } : context)
}
