import type { ProjectRequest } from "./planProject.ts"

/** Requests with one key ask the same of the same project. `more` is for what else the asker tells apart, as its cache. */
export const requestKey = (request: ProjectRequest, more: unknown = null) =>
  JSON.stringify([request.projectDir, request.environments, request.home, request.buildType ?? null, more])
