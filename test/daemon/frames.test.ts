import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { encodeFrame, FrameReader, maximumRequest } from "../../src/daemon/frames.ts"
import { decodeRequest } from "../../src/daemon/Request.ts"

const header = (type: string, length: number) => {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt32BE(length)
  bytes.write(type, 4)
  return bytes
}

describe("frames", () => {
  it.prop("come out as they went in, however they are cut", {
    payloads: Schema.Array(Schema.String),
    cut: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 }))
  }, ({ cut, payloads }) => {
    const all = Buffer.concat(payloads.map((payload) => encodeFrame("S", payload)))
    const reader = new FrameReader()
    const read: Array<string> = []
    for (let at = 0; at < all.length; at += cut) {
      for (const { payload, type } of reader.push(all.subarray(at, at + cut)) ?? []) {
        assert.strictEqual(type, "S")
        read.push(payload.toString())
      }
    }
    assert.deepStrictEqual(read, payloads.map((payload) => Buffer.from(payload).toString()))
  }, { arbitrary: { runs: 100 } })

  it("of a length that no launcher sends are refused before they are read", () => {
    assert.isUndefined(new FrameReader().push(header("H", maximumRequest + 1)))
    assert.isUndefined(new FrameReader().push(header("S", maximumRequest)))
    assert.isUndefined(new FrameReader().push(Buffer.from("GET / HTTP/1.1\r\n\r\n")))
    assert.deepStrictEqual(new FrameReader().push(header("H", maximumRequest)), [])
  })

  it("of many megabytes are put together in linear time", () => {
    const reader = new FrameReader()
    reader.push(header("H", maximumRequest))
    const chunk = Buffer.alloc(4096)
    const began = performance.now()
    for (let at = 4096; at < maximumRequest; at += chunk.length) assert.deepStrictEqual(reader.push(chunk), [])
    assert.strictEqual(reader.push(chunk)?.[0]?.payload.length, maximumRequest)
    assert.isBelow(performance.now() - began, 1000)
  })
})

const request = (...strings: ReadonlyArray<string>) => decodeRequest(Buffer.from(strings.map((s) => `${s}\0`).join("")))

describe("request", () => {
  const facts = ["fbuild-3", "id", "2", "22", "mnt:[1]", "/a b", "80", "011", "123456789012345678"]
  const args = ["2", "build", "-e uno"]
  const variables = ["3", "A=1=2", "B=", "C=x\ny"]

  it("is read", () => {
    assert.deepStrictEqual(request(...facts, ...args, ...variables), {
      buildId: "id",
      place: ["22", "mnt:[1]"],
      cwd: "/a b",
      columns: 80,
      terminals: { stdin: false, stdout: true, stderr: true },
      started: 123456789012345678n,
      args: ["build", "-e uno"],
      variables: { A: "1=2", B: "", C: "x\ny" }
    })
  })

  it("of another version, or damaged, is none", () => {
    assert.isUndefined(request("fbuild-2", ...facts.slice(1), ...args, ...variables))
    assert.isUndefined(request(...facts, "3", "build", "0"))
    assert.isUndefined(request(...facts, ...args, "4", "A=1"))
    assert.isUndefined(request(...facts, ...args, ...variables, "more"))
    assert.isUndefined(request(...facts))
    assert.isUndefined(request(...facts.toSpliced(2, 1, "many"), ...args, ...variables))
    assert.isUndefined(decodeRequest(Buffer.from([...facts, "0", "0"].join("\0"))))
    assert.isUndefined(decodeRequest(Buffer.alloc(0)))
  })
})
