import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Http2 from "node:http2"
import * as Https from "node:https"
import * as Path from "node:path"
import { project, scriptedCompilers } from "../support/daemon.ts"
import { listening } from "../support/listening.ts"
import { build, built, workspace, write } from "../support/project.ts"
import { actionsOf, checkTrace, patient, rotelForTests } from "../support/rotel.ts"

describe("traces", () => {
  const space = workspace()
  const collector = rotelForTests()
  const dir = write(Path.join(space, "project"), project())
  const exporting = (more: Readonly<Record<string, string>>) => ({ ...patient, ...more })

  it.each(["none", "gzip"])("go by gRPC, compression: %s", async (compression) => {
    const { finished, stderr } = await built(
      dir,
      ["--clean"],
      exporting({
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpc,
        OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
        OTEL_EXPORTER_OTLP_COMPRESSION: compression
      })
    )
    assert.strictEqual(stderr, "")
    const spans = await collector.trace(finished.traceId)
    checkTrace(spans)
    assert.isNotEmpty(actionsOf(spans))
    assert.match(collector.log(), /Body: Str\(the build ended with status 0/)
    assert.match(collector.log(), /Name *: fbuild\.actions\n/)
  })

  it("arrive although a compiler has printed more than a receiver takes", async () => {
    const folder = scriptedCompilers(
      Path.join(space, "loud"),
      `case "$*" in
        *main.cpp*) head -c 6000000 /dev/zero | tr '\\0' x >&2; exit 1;;
        *) exec /usr/bin/avr-g++ "$@";;
      esac`
    )
    const loud = write(Path.join(space, "loud-project"), project(folder))
    const { finished, status, stderr } = await build(
      loud,
      [],
      exporting({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpc, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })
    )
    assert.strictEqual(status, 1)
    assert.notMatch(stderr, /reach/)
    checkTrace(await collector.trace(finished.traceId))
    assert.match(collector.log(), /characters more\)/)
  })

  it("go by gRPC to where it needs no scheme, with a daemon and without", async () => {
    for (const daemon of ["off", "on"]) {
      const { finished } = await built(
        dir,
        ["--clean"],
        exporting({
          FBUILD_HOME: Path.join(space, "home"),
          FBUILD_DAEMON: daemon,
          OTEL_EXPORTER_OTLP_ENDPOINT: new URL(collector.grpc).host,
          OTEL_EXPORTER_OTLP_INSECURE: "true",
          OTEL_EXPORTER_OTLP_PROTOCOL: "grpc"
        })
      )
      checkTrace(await collector.trace(finished.traceId))
    }
    ChildProcess.execFileSync(
      Path.join(import.meta.dirname, "../../dist/fbuild"),
      ["daemon", "stop"],
      { env: { ...process.env, FBUILD_HOME: Path.join(space, "home") }, stdio: "ignore" }
    )
  })

  it("by gRPC to nobody, or to somebody else, hold up no build", async () => {
    const cases = {
      "http://127.0.0.1:1": /connection refused/,
      [collector.endpoint]: /did not reach/
    }
    for (const [endpoint, told] of Object.entries(cases)) {
      const { stderr } = await built(dir, ["--clean"], {
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: "grpc"
      })
      assert.match(stderr, /^fbuild: \d+ spans, [^\n]*\n$/)
      assert.match(stderr, told)
    }
  })

  /** A server that trusts and is trusted by what `openssl` has made. */
  const certificates = () => {
    const file = (name: string) => Path.join(space, name)
    const openssl = (...args: ReadonlyArray<string>) =>
      ChildProcess.execFileSync("openssl", args, { cwd: space, stdio: "ignore" })
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ours")
    for (const name of ["server", "client"]) {
      openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        `${name}.key`,
        "-out",
        `${name}.csr`,
        "-subj",
        `/CN=${name}`
      )
      Fs.writeFileSync(file("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
      openssl(
        ...["x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
        ...["-out", `${name}.pem`, "-extfile", "names"]
      )
    }
    const read = (name: string) => Fs.readFileSync(file(name))
    return {
      ca: read("ca.pem"),
      cert: read("server.pem"),
      key: read("server.key"),
      requestCert: true,
      rejectUnauthorized: true
    }
  }

  it("go where only certificates lead, by HTTP and by gRPC", async () => {
    const options = certificates()
    let seen = 0
    const http = Https.createServer(options, (request, response) => {
      if (request.url === "/v1/traces") seen++
      request.resume().on("end", () => response.writeHead(200).end())
    })
    const grpc = Http2.createSecureServer(options)
    grpc.on("stream", (stream, headers) => {
      stream.on("error", () => {})
      stream.resume().on("end", () => {
        if (String(headers[":path"]).endsWith("trace.v1.TraceService/Export")) seen++
        stream.respond({ ":status": 200, "content-type": "application/grpc+proto" }, { waitForTrailers: true })
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }))
        stream.end(Buffer.alloc(5))
      })
    })
    grpc.on("sessionError", () => {})
    try {
      const [atHttp, atGrpc] = await Promise.all([http, grpc].map(listening))
      const cases = [
        { OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${atHttp}` },
        { OTEL_EXPORTER_OTLP_ENDPOINT: `127.0.0.1:${atGrpc}`, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }
      ]
      const files = {
        OTEL_EXPORTER_OTLP_CERTIFICATE: "../ca.pem",
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: Path.join(space, "client.pem"),
        OTEL_EXPORTER_OTLP_CLIENT_KEY: Path.join(space, "client.key")
      }
      for (const where of cases) {
        seen = 0
        assert.strictEqual((await built(dir, ["--clean"], exporting({ ...where, ...files }))).stderr, "")
        assert.isAbove(seen, 0)
        seen = 0
        const strange = await built(
          dir,
          ["--clean"],
          exporting({ ...where, ...files, OTEL_EXPORTER_OTLP_CERTIFICATE: "" })
        )
        assert.match(strange.stderr, /^fbuild: \d+ spans, [^\n]* did not reach [^\n]*\n$/)
        const nobody = await built(
          dir,
          ["--clean"],
          exporting({ ...where, ...files, OTEL_EXPORTER_OTLP_CLIENT_KEY: "none" })
        )
        assert.match(nobody.stderr, /^fbuild: cannot read none, so nothing is sent to https:\/\/127\.0\.0\.1:\d+\n$/)
        assert.strictEqual(seen, 0)
      }
    } finally {
      http.closeAllConnections()
      http.close()
      grpc.close()
    }
  })
})
