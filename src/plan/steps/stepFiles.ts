import type { FilePath } from "../../domain/FilePath.ts"
import type { BuiltinStep } from "../Action.ts"

/** Every file that a step reads: the inputs of its action. */
export const stepFiles = (step: BuiltinStep): ReadonlyArray<FilePath> => {
  switch (step._tag) {
    case "ConvertSketch":
      return step.tabs
    case "WriteFile":
      return []
    case "CopyFile":
    case "EmbedFile":
      return [step.file]
    case "EspImage":
      return [step.elf]
    case "Esp8266Image":
      return step.layout._tag === "Arduino" ? [step.elf, step.layout.eboot] : [step.elf]
    case "PartitionTable":
      return [step.csv]
    case "MergedImage": {
      const table = step.partitions === undefined ? [] : [step.partitions.file]
      return [...new Set([...step.parts.map(({ file }) => file), ...table])]
    }
    case "Uf2Image":
      return [step.source.file]
    case "Boot2":
      return [step.binary]
    case "LittleFsImage":
    case "SpiffsImage":
      return step.files.map(({ file }) => file)
  }
}
