import * as Effect from "effect/Effect"
import { Disk, type DiskError } from "../disk/Disk.ts"
import { pathFrom } from "../domain/paths.ts"
import type { ActionGraph } from "../plan/ActionGraph.ts"

/** An image that a build made. */
export interface Image {
  /** Its extension: `hex`, `eep`, `bin`. */
  readonly kind: string
  /** Relative to the project, or absolute. */
  readonly path: string
  readonly sha256: string
  readonly bytes: number
}

/**
 * The images of a graph whose actions have all succeeded, and those among the files that its hooks have made. `digestOf` gives
 * the digest of a file by its path in the graph.
 */
export const describeImages = Effect.fnUntraced(function*(
  projectDir: string,
  graph: ActionGraph,
  digestOf: (path: string) => Effect.Effect<string | undefined, DiskError>,
  ofHooks: ReadonlyArray<string> = []
) {
  const disk = yield* Disk
  const named = graph.actions.flatMap((action) =>
    action.mnemonic === "Objcopy" || action.mnemonic === "Image" ? action.outputs : []
  )
  const paths = [...named, ...ofHooks.filter((path) => imageName.test(path))]
  const images: Array<Image> = []
  for (const path of paths) {
    const sha256 = yield* digestOf(path)
    const bytes = (yield* disk.signature(pathFrom(projectDir, path)))?.bytes
    if (sha256 === undefined || bytes === undefined) continue
    images.push({ kind: path.slice(path.lastIndexOf(".") + 1), path, sha256, bytes })
  }
  return images
})

/** What programs that write to a chip take. */
const imageName = /\.(?:bin|hex|uf2|img|eep|dfu|zip|srec|s19|s28|s37|mot|signed|ota)$/i
