import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { ElfError } from "../artifacts/elf/ElfError.ts"
import { embedFile } from "../artifacts/embedFile.ts"
import { esp8266Image, type NamedBytes } from "../artifacts/esp/esp8266Image.ts"
import { esp8266V1Image, esp8266V2Image } from "../artifacts/esp/esp8266RomImage.ts"
import type { EspError } from "../artifacts/esp/EspError.ts"
import { espImage } from "../artifacts/esp/espImage.ts"
import { mergeImages } from "../artifacts/esp/mergeImages.ts"
import { parsePartitions } from "../artifacts/esp/parsePartitions.ts"
import type { PartitionError } from "../artifacts/esp/PartitionError.ts"
import {
  applicationPartition,
  otaDataPartition,
  readPartitionTable,
  writePartitionTable
} from "../artifacts/esp/partitionTable.ts"
import type { FileSystemError } from "../artifacts/filesystem/FileSystemError.ts"
import { littleFs } from "../artifacts/filesystem/littleFs.ts"
import { spiffs } from "../artifacts/filesystem/spiffs.ts"
import { boot2, boot2Source } from "../artifacts/uf2/boot2.ts"
import type { Uf2Error } from "../artifacts/uf2/Uf2Error.ts"
import { elfRegions, writeUf2 } from "../artifacts/uf2/writeUf2.ts"
import { StepFailed } from "../exec/BuiltinSteps.ts"
import type { BuiltinStep } from "../plan/Action.ts"
import type { PackedFile } from "../plan/steps/ImageStep.ts"

/** The steps of `plan/steps/ImageStep.ts`. */
export type ImageStep = Exclude<BuiltinStep, { readonly _tag: "ConvertSketch" }>

/** Reads a file that a step names. */
export type ReadFile = (path: string) => Effect.Effect<NamedBytes, StepFailed>

/** What a step makes: reads the files it names, and calls the pure function of `artifacts/` that it stands for. */
export const runImageStep = (
  step: ImageStep,
  output: string,
  read: ReadFile
): Effect.Effect<Uint8Array, StepFailed> => {
  const done = (made: Result.Result<Uint8Array, ImageError>) =>
    Effect.fromResult(Result.mapError(made, (error) => stepFailed(error, output)))
  const readAll = (files: ReadonlyArray<typeof PackedFile.Type>) =>
    Effect.forEach(files, ({ file, name }) => Effect.map(read(file), ({ bytes }) => ({ name, bytes })))

  switch (step._tag) {
    case "CopyFile":
      return Effect.map(read(step.file), ({ bytes }) => bytes)
    case "WriteFile":
      return Effect.succeed(new TextEncoder().encode(step.text))
    case "EspImage":
      return Effect.flatMap(read(step.elf), ({ bytes, path }) => done(espImage(path, bytes, step)))
    case "Esp8266Image":
      return Effect.flatMap(read(step.elf), (elf) => {
        const { flash, layout } = step
        switch (layout._tag) {
          case "Arduino":
            return Effect.flatMap(read(layout.eboot), (eboot) => done(esp8266Image(eboot, elf, flash)))
          case "V1":
            return done(
              Result.map(
                esp8266V1Image(elf, flash),
                ({ loaded, mapped }) => layout.part === "loaded" ? loaded : mapped?.bytes ?? new Uint8Array()
              )
            )
          case "V2":
            return done(esp8266V2Image(elf, flash))
        }
      })
    case "PartitionTable":
      return Effect.flatMap(read(step.csv), ({ bytes, path }) =>
        done(
          Result.map(parsePartitions(path, new TextDecoder().decode(bytes), step), writePartitionTable)
        ))
    case "MergedImage":
      return Effect.gen(function*() {
        const files = yield* Effect.forEach(step.parts, ({ file }) => read(file))
        const table = step.partitions === undefined ? undefined : yield* read(step.partitions.file)
        return yield* done(Result.gen(function*() {
          const { partitions: place, parts: _, ...options } = step
          const rows = table === undefined ? undefined : yield* readPartitionTable(table.path, table.bytes)
          const places = {
            application: applicationPartition(rows ?? [])?.offset ?? usualApplication,
            otadata: otaDataPartition(rows ?? [])?.offset
          }
          const parts = step.parts.flatMap(({ offset: named }, index) => {
            const offset = typeof named === "number" ? named : places[named]
            return offset === undefined ? [] : [{ ...files[index]!, offset }]
          })
          return yield* mergeImages(
            parts,
            rows === undefined || place === undefined
              ? options
              : { ...options, partitions: { offset: place.offset, rows } }
          )
        }))
      })
    case "Uf2Image":
      return Effect.flatMap(read(step.source.file), ({ bytes, path }) =>
        done(Result.flatMap(
          step.source._tag === "Elf"
            ? elfRegions(path, bytes)
            : Result.succeed([{ address: step.source.address, data: bytes }]),
          (regions) => writeUf2(path, regions, step)
        )))
    case "Boot2":
      return Effect.flatMap(
        read(step.binary),
        ({ bytes, path }) =>
          done(
            Result.map(boot2(path, bytes), (made) =>
              step.form === "binary" ? made : new TextEncoder().encode(boot2Source(made)))
          )
      )
    case "LittleFsImage":
      return Effect.flatMap(readAll(step.files), (files) => done(littleFs(files, step)))
    case "SpiffsImage":
      return Effect.flatMap(readAll(step.files), (files) => done(spiffs(files, step)))
    case "EmbedFile":
      return Effect.succeed(new TextEncoder().encode(embedFile({ ...step, path: step.file })))
  }
}

/** Where the application is without a table that says otherwise. */
const usualApplication = 0x10000

type ImageError = ElfError | EspError | FileSystemError | PartitionError | Uf2Error

/** The output stands for errors that are about no single file. */
const stepFailed = (error: ImageError, output: string): StepFailed => {
  const hint = "hint" in error ? error.hint : undefined
  return new StepFailed({
    path: "path" in error ? error.path : output,
    ...("line" in error && error.line !== undefined ? { line: error.line } : {}),
    reason: error.reason,
    ...(hint === undefined ? {} : { hint })
  })
}
