import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { criticalPath, type Work } from "../../src/profile/criticalPath.ts"

const timeOf = (works: ReadonlyArray<Work>, path: ReadonlyArray<number>) =>
  path.reduce((total, index) => total + works[index]!.work, 0)

/** Every chain of the graph, by trying all. */
const longestChain = (works: ReadonlyArray<Work>): number => {
  const endingAt = (index: number): number =>
    works[index]!.work + Math.max(0, ...works[index]!.needs.map((need) => endingAt(need)))
  return Math.max(0, ...works.map((_, index) => endingAt(index)))
}

describe("criticalPath", () => {
  it("of nothing is empty", () => assert.deepStrictEqual(criticalPath([]), []))

  it("is the chain that takes longest, not the longest chain", () => {
    const works = [
      { work: 1, needs: [] },
      { work: 1, needs: [0] },
      { work: 1, needs: [1] },
      { work: 10, needs: [] },
      { work: 1, needs: [3] },
      { work: 1, needs: [2, 4] }
    ]
    assert.deepStrictEqual(criticalPath(works), [3, 4, 5])
  })

  it("goes through what takes no time", () => {
    assert.deepStrictEqual(criticalPath([{ work: 0, needs: [] }, { work: 0, needs: [0] }, { work: 2, needs: [1] }]), [
      0,
      1,
      2
    ])
  })

  it("of a chain longer than any stack", () => {
    const works = Array.from({ length: 200_000 }, (_, index) => ({ work: 1, needs: index === 0 ? [] : [index - 1] }))
    assert.lengthOf(
      criticalPath(
        works.toReversed().map(({ work }, index) => ({
          work,
          needs: index === works.length - 1 ? [] : [index + 1]
        }))
      ),
      works.length
    )
  })

  const Graph = Schema.Array(Schema.Struct({
    work: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 })),
    /** Which of those before it, as bits. */
    needs: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4095 })),
    rank: Schema.Int
  })).check(Schema.isMaxLength(12))

  it.prop("is as long as the longest of all chains, and a chain", { graph: Graph }, ({ graph }) => {
    // Shuffled, so that a need may come after what needs it.
    const order = graph.map((_, index) => index).toSorted((a, b) => graph[a]!.rank - graph[b]!.rank)
    const position = new Map(order.map((node, index) => [node, index]))
    const works: ReadonlyArray<Work> = order.map((node) => ({
      work: graph[node]!.work,
      needs: [...Array(node).keys()].filter((bit) => (graph[node]!.needs >> bit) & 1).map((bit) => position.get(bit)!)
    }))
    const path = criticalPath(works)
    assert.strictEqual(timeOf(works, path), longestChain(works))
    for (const [index, node] of path.entries()) {
      if (index > 0) assert.include(works[node]!.needs, path[index - 1]!)
    }
  }, { arbitrary: { runs: 1000 } })
})
