import type { Node } from "web-tree-sitter"
import { pause, type Steps } from "../../domain/steps.ts"
import type { SketchTokens } from "./lexSketch.ts"
import { lastAtOrBefore } from "./mergeTabs.ts"
import type { Block } from "./preprocessor.ts"
import { type Header, type Range, readDeclarator, readHeader, signatureOf } from "./readHeader.ts"

/** A name that the text declares outside of functions, types and named namespaces. */
export interface Declaration {
  readonly name: string
  /** Extent of what declares it. */
  readonly range: Range
  /** Of functions that are only declared; see `Header.signature`. */
  readonly signature?: string
}

/** A function that can have a prototype. */
export interface SketchFunction {
  readonly header: Header
  /** Extent of the definition, body included. */
  readonly range: Range
}

/** The declarations of a text. */
export interface Outline {
  /** Extents of all declarations and definitions, ascending; between two of them a declaration may be inserted. */
  readonly items: ReadonlyArray<Range>
  readonly functions: ReadonlyArray<SketchFunction>
  readonly declarations: ReadonlyArray<Declaration>
  /** Ends of `using namespace …;`. */
  readonly usings: ReadonlyArray<number>
  /** Braces of `extern "C" {…}`. */
  readonly linkages: ReadonlyArray<Block>
  /** Start of the first definition of any function. */
  readonly firstFunction: number | undefined
}

/**
 * Reads the outline of a text from the root of its skeleton's tree. Where braces do not match, nothing behind them is
 * taken for a function: the compiler will tell.
 */
export function* readOutline({ attributes, skeleton: source }: SketchTokens, root: Node): Steps<Outline> {
  const items: Array<{ start: number; end: number }> = []
  const functions: Array<SketchFunction> = []
  const declarations: Array<Declaration> = []
  const usings: Array<number> = []
  const linkages: Array<Block> = []
  let firstFunction: number | undefined
  let strayBraces = 0
  /** Where tokens began that the grammar could not place: they belong to what comes next. */
  let strayStart: number | undefined
  /** Whether the current item follows such tokens: then `MACRO call();` may read as a declaration. */
  let isGuess = false
  let linkageDepth = 0

  const readList = function*(list: Node): Steps<void> {
    const cursor = list.walk()
    try {
      if (!cursor.gotoFirstChild()) return
      do {
        yield* pause
        const type = cursor.nodeType
        const last = items.at(-1)
        if (type === "comment") continue
        else if (type === "{") strayBraces++
        else if (type === "}") strayBraces--
        else if (type === ";") {
          if (last !== undefined && strayStart === undefined) last.end = cursor.endIndex
          strayStart = undefined
        } else if (type === "ERROR") yield* readList(cursor.currentNode)
        else if (!itemType.test(type)) strayStart ??= cursor.startIndex
        else if (strayBraces === 0) yield* readItem(cursor.currentNode)
      } while (cursor.gotoNextSibling())
    } finally {
      cursor.delete()
    }
  }

  const readItem = function*(node: Node): Steps<void> {
    isGuess = strayStart !== undefined
    const start = strayStart ?? attributedStart(node.startIndex)
    strayStart = node.lastChild?.isMissing === true ? start : undefined
    const body = node.type === "linkage_specification" ? node.childForFieldName("body") : null
    if (body?.type === "declaration_list" && linkageDepth < 100) return yield* readLinkage(node, body)
    const range = { start, end: node.endIndex }
    while ((items.at(-1)?.start ?? -1) >= start) items.pop()
    items.push(range)
    const definition = definitionOf(node)
    if (definition === undefined) return readNames(body ?? node, range)
    firstFunction ??= start
    const header = readHeader(source, definition, node)
    if (header !== undefined) functions.push({ header, range })
    else addDeclarator(definition.childForFieldName("declarator"), range)
  }

  /** Where the macros before an item begin that stand for attributes of it. */
  const attributedStart = (start: number): number => {
    let from = start
    for (let i = lastAtOrBefore(attributes, start, (attribute) => attribute.start); i >= 0; i--) {
      if (!blankOrComment.test(source.slice(attributes[i]!.end, from))) break
      from = attributes[i]!.start
    }
    return from
  }

  const readLinkage = function*(node: Node, body: Node): Steps<void> {
    const opening = [source.slice(node.startIndex, body.startIndex + 1)]
    linkages.push({
      start: body.startIndex + 1,
      end: Math.max(body.startIndex + 1, body.endIndex - 1),
      construct: { start: node.startIndex, end: node.endIndex, opening, closing: "}" },
      openings: 1
    })
    strayBraces--
    linkageDepth++
    yield* readList(body)
    linkageDepth--
    strayBraces++
  }

  const readNames = (item: Node, range: Range) => {
    const pending = [item]
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      const { type } = node
      const body = node.childForFieldName("body")
      const name = node.childForFieldName("name")
      if (type === "template_declaration") {
        if (node.lastNamedChild !== null) pending.push(node.lastNamedChild)
      } else if (type === "using_declaration") {
        const used = node.lastNamedChild
        if (node.child(1)?.type === "namespace") usings.push(range.end)
        else if (used !== null) addName(used.childForFieldName("name") ?? used, range)
      } else if (type === "declaration" || type === "type_definition") {
        const specifier = node.childForFieldName("type")
        if (specifier !== null) pending.push(specifier)
        for (const declarator of node.childrenForFieldName("declarator")) addDeclarator(declarator, range)
      } else if (name !== null) addName(name, range)
      const isTransparent = type === "enum_specifier" ||
        (type === "namespace_definition" && (name === null || node.firstChild?.type === "inline"))
      for (const member of isTransparent ? body?.namedChildren ?? [] : []) pending.push(member)
    }
  }

  const addName = (name: Node, range: Range) => {
    declarations.push({ name: source.slice(name.startIndex, name.endIndex), range })
  }

  const addDeclarator = (declarator: Node | null, range: Range) => {
    const declared = declarator === null ? undefined : readDeclarator(source, declarator)
    if (declared === undefined) return
    const { name } = declared
    if (declared.kind === "other" || isGuess) declarations.push({ name, range })
    else declarations.push({ name, range, signature: signatureOf(source, declared.declarator) })
  }

  yield* readList(root)
  return { items, functions, declarations, usings, linkages, firstFunction }
}

/** Other nodes at the top are left-overs of syntax errors. */
const itemType =
  /_(definition|declaration|specifier|specification|statement)$|^(declaration|template_instantiation|static_assert_declaration)$/

const blankOrComment = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*$/

/** The function that an item defines, itself or behind `template<…>` or `extern "C"`. */
const definitionOf = (node: Node): Node | undefined => {
  if (node.type === "function_definition") return node
  if (node.type === "template_declaration") {
    const inner = node.lastNamedChild
    return inner?.type === "function_definition" ? inner : undefined
  }
  const body = node.type === "linkage_specification" ? node.childForFieldName("body") : null
  return body?.type === "function_definition" ? body : undefined
}
