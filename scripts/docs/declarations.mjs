import path from 'node:path'
import { SyntaxKind } from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/sync'
import { root } from '../lib/paths.mjs'

const PROJECT = path.join(root, '__test__/types/tsconfig.bridge-node16.json')
const PACKAGE = path.join(root, 'index.d.ts')
const BRIDGE = path.join(root, 'bridge/index.d.cts')

/**
 * What the package declares: `client`, the methods of its class, `functions`, `bridge`, the functions of
 * `qdrant-embedded/bridge`, and `types`. Each has a `name`, a `text` that describes it, and its `declaration`.
 */
export function declarations() {
  const api = new API({ cwd: root })
  try {
    const [project] = api.updateSnapshot({ openProject: PROJECT }).getProjects()
    const ofPackage = exported(project, PACKAGE)
    const ofBridge = exported(project, BRIDGE)
    const isFunction = ({ kind }) => kind === SyntaxKind.FunctionDeclaration
    const isClient = ({ name, kind }) => name === 'QdrantClient' && kind === SyntaxKind.ClassDeclaration
    const isPartOfClient = ({ name }) => name === 'QdrantClient'
    return {
      client: { ...ofPackage.find(isClient), methods: methodsOf(project, ofPackage.find(isClient)) },
      functions: ofPackage.filter(isFunction),
      bridge: ofBridge.filter(isFunction),
      types: merged([...ofPackage, ...ofBridge].filter((one) => !isFunction(one) && !isPartOfClient(one)))
    }
  } finally {
    api.close()
  }
}

/** Types that are declared in several parts, each once with all of them. */
function merged(types) {
  const byName = new Map()
  for (const type of types) {
    const first = byName.get(type.name)
    if (first) first.declaration += `\n\n${type.declaration}`
    else byName.set(type.name, type)
  }
  return [...byName.values()]
}

function exported(project, file) {
  const source = project.program.getSourceFile(file)
  return source.statements
    .filter((statement) => statement.name && /^\s*export /.test(declarationOf(source, statement)))
    .map((statement) => ({
      name: statement.name.text,
      kind: statement.kind,
      symbol: project.checker.getSymbolAtLocation(statement.name),
      declaration: declarationOf(source, statement),
      text: proseOf(source, statement)
    }))
}

/** The methods of the client. Those that it has of the REST client are not described here: they have an empty `text`. */
function methodsOf({ checker, program }, { symbol }) {
  const source = program.getSourceFile(PACKAGE)
  const properties = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
  return properties
    .filter(({ name }) => !name.startsWith('_'))
    .map((method) => {
      const { name } = method
      const own = method.declarations.find((handle) => handle.path === source.path)
      if (!own) return { name, text: '', declaration: `${name}(${parametersOf(method)})` }
      const node = own.resolve()
      return { name, text: proseOf(source, node), declaration: declarationOf(source, node) }
    })
}

/** The names of the parameters, where they have one. */
function parametersOf(method) {
  const [declaration] = method.declarations
  return declaration
    .resolve()
    .parameters.map(({ name }) => name.text ?? 'args')
    .join(', ')
}

const COMMENT = /^\s*\/\*\*([\s\S]*?)\*\/\s*/

const sourceOf = (source, node) => source.text.slice(node.pos, node.end)

/** The source of a declaration without the comment before it. */
const declarationOf = (source, node) => sourceOf(source, node).replace(COMMENT, '').trimStart()

/** The comment before a declaration, without its examples: those are apart, where they are run. */
function proseOf(source, node) {
  const [, comment = ''] = COMMENT.exec(sourceOf(source, node)) ?? []
  const text = comment.replace(/^ *\* ?/gm, '')
  return text.replace(/\n*```[\s\S]*?```\n*/g, '\n\n').trim()
}
