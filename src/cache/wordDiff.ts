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
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  const shorter = Math.min(before.length, after.length) - start
  while (end < shorter && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  const earlier = before.slice(start, before.length - end)
  const later = after.slice(start, after.length - end)
  const isShort = earlier.length * later.length <= maximumPairs
  const [gone, come] = isShort ? unmatched(earlier, later) : [earlier, later]
  const [removed, moved] = without(gone, come)
  const [added] = without(come, gone)
  return { added, removed, moved: isShort ? moved : [] }
}

/** Beyond this many pairs of words, what has moved is not looked for: 16 MB. */
const maximumPairs = 8_000_000

/** Words of either list that are not in their longest common subsequence. */
const unmatched = (
  before: ReadonlyArray<string>,
  after: ReadonlyArray<string>
): readonly [ReadonlyArray<string>, ReadonlyArray<string>] => {
  const width = after.length + 1
  /** At `i * width + j`: how many words of `before` from `i` and `after` from `j` have in common, in order. */
  const common = new Uint16Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * width + j] = before[i] === after[j]
        ? common[(i + 1) * width + j + 1]! + 1
        : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!)
    }
  }
  const gone: Array<string> = []
  const come: Array<string> = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) [i, j] = [i + 1, j + 1]
    else if (j === after.length || (i < before.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      gone.push(before[i++]!)
    } else come.push(after[j++]!)
  }
  return [gone, come]
}

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
