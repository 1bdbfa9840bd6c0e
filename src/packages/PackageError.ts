import * as Schema from "effect/Schema"

/** A package that a build needs is nowhere to be found. */
export class PackageMissing extends Schema.TaggedError<PackageMissing>()("PackageMissing", {
  /** PlatformIO's name of it, or `vendor:architecture`. */
  package: Schema.String,
  searched: Schema.Array(Schema.String),
  debianPackages: Schema.Array(Schema.String)
}) {
  override get message() {
    return `${this.package} is not installed: looked in ${this.searched.join(", ")}`
  }
  get hint() {
    // `vendor:architecture` is what Arduino's tools call a core.
    if (this.package.includes(":")) {
      return `arduino-cli core install ${this.package}, or name its folder: platform = symlink:///path/to/it`
    }
    const install = this.debianPackages.length === 0 ? "" : `sudo apt-get install ${this.debianPackages.join(" ")}, or `
    return `${install}name a folder: platform_packages = ${this.package}@file:///path/to/it`
  }
}

/** A folder that the project names for a package does not hold that package. */
export class PackageUnusable extends Schema.TaggedError<PackageUnusable>()("PackageUnusable", {
  package: Schema.String,
  path: Schema.String,
  reason: Schema.String,
  /** Where the project says so. */
  line: Schema.optionalKey(Schema.Int)
}) {
  override get message() {
    return `${this.package} at ${this.path}: ${this.reason}`
  }
}
