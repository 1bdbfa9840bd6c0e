import { wordsOf } from "./cppTokens.ts"
import { lastAtOrBefore } from "./mergeTabs.ts"
import type { Block } from "./preprocessor.ts"

/** Gives the blocks around an offset, innermost first; the ends of a block's content count as inside. */
export const nestBlocks = (blocks: ReadonlyArray<Block>): (offset: number) => Array<Block> => {
  let outer: NestedBlock | undefined
  const nested = blocks.toSorted((a, b) => a.start - b.start || b.end - a.end).map((block): NestedBlock => {
    while (outer !== undefined && outer.block.end < block.start) outer = outer.outer
    outer = { block, outer }
    return outer
  })
  return (offset) => {
    const around: Array<Block> = []
    const index = lastAtOrBefore(nested, offset, ({ block }) => block.start)
    for (let at = nested[index]; at !== undefined; at = at.outer) {
      if (offset <= at.block.end) around.push(at.block)
    }
    return around
  }
}

/** Whether something that starts at `offset` is in the block. */
export const contains = (block: Block, offset: number): boolean => block.start <= offset && offset < block.end

/** Whether `offset` is in another branch of the same `#if`. */
export const excludes = (block: Block, offset: number): boolean =>
  !contains(block, offset) && block.construct.start < offset && offset < block.construct.end

/** The identifiers that the conditions of a branch, and of those before it, depend on. */
export const wordsOfConditions = ({ construct, openings }: Block): Array<string> =>
  construct.opening.slice(0, openings).flatMap((opening) =>
    /^[ \t]*#/.test(opening) ? wordsOf(opening.replace(/^[ \t]*#[ \t]*\w+/, "")) : []
  )

/** `outer` leads to all blocks around this one, and maybe to some that end before it does. */
interface NestedBlock {
  readonly block: Block
  readonly outer: NestedBlock | undefined
}
