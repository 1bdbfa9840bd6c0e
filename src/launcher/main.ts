/** The entry point of the launcher in Node. Goes on with the whole program where the daemon is not to be had. */
import { launch } from "./launcher.ts"

const [, self = "", ...args] = process.argv

void launch(self.slice(0, self.lastIndexOf("/")), args).then(() =>
  // @ts-expect-error -- beside this file once both are in `dist/`
  import("./start.mjs")
)
