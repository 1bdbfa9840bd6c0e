import * as TextDiff from "effect/TextDiff"

/** How two command lines differ. */
export interface WordDiff {
  /** Words of the later one, in its order. */
  readonly added: ReadonlyArray<string>
  /** Words of the earlier one, in its order. */
  readonly removed: ReadonlyArray<string>
  /** Words of both that have changed places. */
  readonly moved: ReadonlyArray<string>
}

/** What has to be added and removed to get from one list of words to another, and which words only moved. */
export const wordDiff = (before: ReadonlyArray<string>, after: ReadonlyArray<string>): WordDiff => {
  const edits = diff(before, after, { maxEdits })
  const [gone, come] = [itemsOf(edits, "Delete"), itemsOf(edits, "Insert")]
  const [removed, moved] = without(gone, come)
  const [added] = without(come, gone)
  return { added, removed, moved: gone.length + come.length > maxEdits ? [] : moved }
}

/** With more words that came or went, what has moved is not told: finding that out takes 30 ms at most for 10,000 words. */
const maxEdits = 200

const diff = TextDiff.diffWith<string>((one, other) => one === other)

const itemsOf = (edits: ReadonlyArray<TextDiff.Edit<string>>, kind: TextDiff.Edit<string>["_tag"]) =>
  edits.flatMap(({ _tag, items }) => _tag === kind ? items : [])

/** Those words that the other list does not have, each as often as it is missing there; and the rest. */
const without = (
  words: ReadonlyArray<string>,
  others: ReadonlyArray<string>
): readonly [missing: ReadonlyArray<string>, rest: ReadonlyArray<string>] => {
  const counts = new Map<string, number>()
  for (const word of others) counts.set(word, (counts.get(word) ?? 0) + 1)
  const missing: Array<string> = []
  const rest: Array<string> = []
  for (const word of words) {
    const count = counts.get(word) ?? 0
    if (count === 0) missing.push(word)
    else {
      counts.set(word, count - 1)
      rest.push(word)
    }
  }
  return [missing, rest]
}
