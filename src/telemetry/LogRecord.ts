/** Something a request has to say, apart from its spans. */
export interface LogRecord {
  readonly severity: "Info" | "Warn" | "Error"
  readonly body: string
  readonly attributes: Readonly<Record<string, unknown>>
}
