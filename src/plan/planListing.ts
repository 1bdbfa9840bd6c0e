import { FilePath } from "../domain/FilePath.ts"
import { Action, ActionId } from "./Action.ts"
import type { BuildInputs } from "./BuildInputs.ts"
import { projectName } from "./planLink.ts"

/**
 * `firmware.lst`: the code of the ELF with its source between, which a project asks for with `board_build.listing = yes`. Source: GNU
 * binutils manual, "objdump".
 */
export const planListing = (inputs: BuildInputs, elf: FilePath, program: string): Action => {
  const listing = FilePath.make(`${inputs.buildDir}/${projectName}.lst`)
  return Action.make({
    id: ActionId.make(listing),
    mnemonic: "Listing",
    argv: [program, "--disassemble", "--source", "--line-numbers", "--demangle", elf],
    env: inputs.env,
    toolchain: inputs.toolchain,
    inputs: [elf],
    outputs: [listing],
    stdout: listing,
    // A comment that changes is in the listing, and in no object.
    always: "it shows the text of sources, which the ELF only names"
  })
}
