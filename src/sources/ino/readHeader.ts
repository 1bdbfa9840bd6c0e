import type { Node } from "web-tree-sitter"

/** Extent of a piece of text, in UTF-16 code units. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** All of a function definition but its body. */
export interface Header {
  readonly name: string
  /** From its first specifier, `template` or `extern "C"` to the last token before the body. */
  readonly range: Range
  /** Default arguments of parameters and template parameters with their `=`, in order. */
  readonly defaults: ReadonlyArray<Range>
  readonly isTemplate: boolean
  /** The names outside of default arguments that must be declared before. */
  readonly names: ReadonlySet<string>
  /** Equal for functions with the same name and, token by token, the same parameter types. */
  readonly signature: string
}

/**
 * Reads the header of `definition`, a `function_definition`; `outer` is the same node, or the `template` or
 * `extern "C"` around it. `undefined` where a prototype cannot or must not be made: no return type (constructors,
 * macros such as `ISR(…)`), a type defined on the spot, deduced types, operators, qualified names, explicit
 * specializations, and whatever the grammar could not make sense of.
 */
export const readHeader = (source: string, definition: Node, outer: Node): Header | undefined => {
  const type = definition.childForFieldName("type")
  const body = definition.childForFieldName("body")
  const declarator = definition.childForFieldName("declarator")
  if (type === null || body === null || declarator === null || type.childForFieldName("body") !== null) return undefined
  const declared = readDeclarator(source, declarator)
  if (declared?.kind !== "function" || declared.name === "main") return undefined
  if (type.type === "placeholder_type_specifier" && !hasTrailingType(declared.declarator)) return undefined
  const isTemplate = outer.type === "template_declaration"
  if (isTemplate && outer.childForFieldName("parameters")?.namedChildCount === 0) return undefined
  const contents = readContents(source, outer, body)
  const end = endBefore(definition, body)
  if (contents === undefined || end === undefined) return undefined
  const { defaults, locals, names } = contents
  names.delete(declared.name)
  for (const local of locals) names.delete(local)
  return {
    name: declared.name,
    range: { start: startOf(source, outer, definition, type), end },
    defaults,
    isTemplate,
    names,
    signature: signatureOf(source, declared.declarator)
  }
}

/** What a declarator declares. */
export interface Declared {
  readonly name: string
  readonly kind: "function" | "other"
  /** The innermost `function_declarator`, or the whole. */
  readonly declarator: Node
}

/** Finds the name in a declarator. `undefined` if there is none, or an operator's, or a qualified one. */
export const readDeclarator = (source: string, declarator: Node): Declared | undefined => {
  let last: Node = declarator
  for (let node: Node | null = declarator; node !== null;) {
    switch (node.type) {
      case "identifier":
      case "type_identifier":
      case "primitive_type":
        return {
          name: source.slice(node.startIndex, node.endIndex),
          kind: last.type === "function_declarator" ? "function" : "other",
          declarator: last
        }
      case "qualified_identifier": {
        // `void SOME_MACRO f()` reads as `SOME_MACRO::f` whose `::` is missing.
        const name: Node | null = node.childForFieldName("name")
        if (name?.type !== "qualified_identifier" && !hasMissingChild(node)) return undefined
        node = name
        break
      }
      case "reference_declarator":
        last = node
        node = node.firstNamedChild
        break
      case "parenthesized_declarator":
      case "attributed_declarator":
        node = node.firstNamedChild
        break
      default:
        last = node
        node = node.childForFieldName("declarator")
    }
  }
  return undefined
}

/** The tokens of a `function_declarator`'s parameters without names and default arguments. */
export const signatureOf = (source: string, declarator: Node): string => {
  const parameters = declarator.childForFieldName("parameters")
  if (parameters === null) return ""
  const tokens: Array<string> = []
  walk(parameters, (node, field, parents) => {
    const parent = parents.at(-1) ?? ""
    if (node.type === "comment" || field === "default_value" || node.type === "=") return false
    if (isDeclaredName(node, field, parent)) return false
    if (node.childCount === 0) tokens.push(source.slice(node.startIndex, node.endIndex))
    return true
  })
  return tokens.join(" ").replace(/^\( void \)$/, "( )")
}

/** Visits `root` and what is below it in order of the text, children only where `visit` says so. Never recurses. */
const walk = (root: Node, visit: (node: Node, field: string | null, parents: ReadonlyArray<string>) => boolean) => {
  const cursor = root.walk()
  const parents: Array<string> = []
  for (let done = false; !done;) {
    const descend = visit(cursor.currentNode, cursor.currentFieldName, parents)
    const type = cursor.nodeType
    if (descend && cursor.gotoFirstChild()) {
      parents.push(type)
      continue
    }
    while (!done && !cursor.gotoNextSibling()) {
      parents.pop()
      done = !cursor.gotoParent()
    }
  }
  cursor.delete()
}

/** Everything of interest between the start of `outer` and `body`; `undefined` where it does not read as C++. */
const readContents = (source: string, outer: Node, body: Node) => {
  const names = new Set<string>()
  const locals: Array<string> = []
  const defaults: Array<Range> = []
  let readable = true
  walk(outer, (node, field, parents) => {
    const parent = parents.at(-1) ?? ""
    if (node.id === body.id || node.type === "comment" || field === "default_value" || field === "default_type") {
      return false
    }
    // The grammar does not know all parameters without names; those in parentheses do no harm.
    if (node.isMissing) readable &&= node.type === "::" || parents.includes("parameter_list")
    if (node.isError) readable &&= hasOnlyNames(node) || parents.includes("parameter_list")
    if (node.type === "=") {
      readable &&= /^optional_.*parameter_declaration$/.test(parent)
      defaults.push({ start: node.startIndex, end: node.parent?.endIndex ?? node.endIndex })
    }
    if (!node.type.endsWith("identifier") || node.childCount > 0) return true
    const name = source.slice(node.startIndex, node.endIndex)
    if (isDeclaredName(node, field, parent)) locals.push(name)
    // `struct S` in a header declares S if need be; what is behind `::` is found in what is before it.
    else if (
      !/^(struct|class|union)_specifier$/.test(parent) && !(parent === "qualified_identifier" && field === "name")
    ) {
      names.add(name)
    }
    return true
  })
  return readable ? { names, locals, defaults } : undefined
}

/** Whether an identifier is the name that a parameter or template parameter declares. */
const isDeclaredName = (node: Node, field: string | null, parent: string): boolean => {
  if (node.type === "identifier") {
    return field === "declarator" || /^(reference|variadic|parenthesized|attributed)_declarator$/.test(parent)
  }
  return node.type === "type_identifier" && parent.endsWith("type_parameter_declaration") && field !== "default_type"
}

/** Unknown macros between specifiers end up in errors like this. */
const hasOnlyNames = (error: Node): boolean =>
  error.children.every((child) =>
    /^(comment|identifier|type_identifier|primitive_type|type_qualifier)$/.test(child.type)
  )

const hasMissingChild = (node: Node): boolean => node.children.some((child) => child.isMissing)

const hasTrailingType = (declarator: Node): boolean =>
  declarator.namedChildren.some((child) => child.type === "trailing_return_type")

const endBefore = (definition: Node, body: Node): number | undefined =>
  definition.children.findLast((child) =>
    child.id !== body.id && child.type !== "comment" && child.endIndex <= body.startIndex
  )
    ?.endIndex

/** A macro on a line of its own in front of the specifiers is as likely a declaration as an attribute: left out. */
const startOf = (source: string, outer: Node, definition: Node, type: Node): number => {
  const next = type.nextSibling
  const isMacroLine = outer.id === definition.id && type.startIndex === definition.startIndex &&
    next?.isError === true &&
    source.slice(type.endIndex, next.startIndex).includes("\n")
  return isMacroLine ? next.startIndex : outer.startIndex
}
