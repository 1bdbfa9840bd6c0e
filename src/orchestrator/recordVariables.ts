/** Variables that remember which of them were asked for. */
export const recordVariables = (variables: Readonly<Record<string, string>>) => {
  const names = new Set<string>()
  const note = (name: string | symbol) => {
    if (typeof name === "string") names.add(name)
  }
  const recorded = new Proxy(variables, {
    get: (target, name) => {
      note(name)
      return Reflect.get(target, name)
    },
    has: (target, name) => {
      note(name)
      return Reflect.has(target, name)
    },
    getOwnPropertyDescriptor: (target, name) => {
      note(name)
      return Reflect.getOwnPropertyDescriptor(target, name)
    },
    ownKeys: (target) => {
      for (const name of Object.keys(target)) note(name)
      return Reflect.ownKeys(target)
    }
  })
  return { variables: recorded, names: names as ReadonlySet<string> }
}
