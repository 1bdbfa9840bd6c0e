/** The entry point of the launcher in Node. Goes on with the whole program where the daemon is not to be had. */
import { launch } from "./launcher.ts"

const [, self = "", ...args] = process.argv

// Beside this file once both are in `dist/`.
void launch(self.slice(0, self.lastIndexOf("/")), args).then(() => require("./start.cjs"))
