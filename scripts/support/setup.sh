# Sourced by scripts/quickstart and scripts/test, with $root set to the checkout.
# `setup PACKAGE…` brings in the Debian packages named, Node and the npm dependencies, each only if it is missing.
# Exit status 3: something is missing and this script may not, or cannot, install it.

say() { printf '%s\n' "${0##*/}: $*" >&2; }

setup() {
  # Caches that tools would keep in the home or temporary folder stay in the checkout.
  export npm_config_cache="$root/.cache/npm" DPRINT_CACHE_DIR="$root/.cache/dprint" NODE_COMPILE_CACHE="$root/.cache/v8"
  export XDG_DATA_HOME="$root/.cache/share" # vitest
  export npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false

  if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    install_debian_packages "$@"
  else
    require_tools "$@"
  fi
  # The copy of the lock file is written last, so an interrupted installation is done again.
  if ! cmp -s "$root/package-lock.json" "$root/node_modules/.fbuild-lock"; then
    (install_npm_dependencies) || exit
    cp "$root/package-lock.json" "$root/node_modules/.fbuild-lock"
  fi
  PATH="$root/node_modules/.bin:$PATH"
}

install_debian_packages() {
  missing=
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
  done
  # Node may come from elsewhere than Debian, so the commands count. Debian's Node trusts only the system's certificates.
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    missing="$missing nodejs npm ca-certificates"
  fi
  [ -n "$missing" ] || return 0

  as_root=
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null || { [ ! -t 0 ] && ! sudo -n true 2>/dev/null; }; then
      say "missing packages, and installing them takes root. Run:"
      say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing"
      exit 3
    fi
    as_root=sudo
  fi
  say "installing Debian packages:$missing"
  # Word splitting of $missing and of an empty $as_root is meant.
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >&2 &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing >&2 || {
    say "apt-get could not install:$missing"
    exit 3
  }
}

# The same on a system whose packages this script does not install: names what to install, unless all is there.
require_tools() {
  missing=
  for package in "$@"; do
    case $package in
      gcc-avr) tool=avr-g++ ;;
      binutils-avr) tool=avr-objcopy ;;
      gcc-arm-none-eabi) tool=arm-none-eabi-gcc ;;
      simavr | qemu-system-arm | arduino-builder | ccache | gcc) tool=$package ;;
      strace) [ "$(uname -s)" != Darwin ] || continue; tool=strace ;; # There is none for macOS.
      ninja-build) tool=ninja ;;
      gcc-riscv64-unknown-elf) tool=riscv64-unknown-elf-gcc ;;
      gcc-xtensa-lx106) tool=xtensa-lx106-elf-gcc ;;
      python3-venv) tool=python3 ;;
      chromium-headless-shell) tool=chromium ;;
      *) continue ;; # No command of its own; fbuild names the core when it does not find it.
    esac
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  command -v node >/dev/null || missing="$missing node"
  command -v npm >/dev/null || missing="$missing npm"
  [ -n "$missing" ] || return 0

  say "not found:$missing. This script installs packages on Debian and Ubuntu only. Install them with"
  if [ "$(uname -s)" = Darwin ]; then
    say "  brew tap osx-cross/avr && brew install node avr-gcc simavr arm-none-eabi-gcc qemu ninja ccache"
  else
    say "  Fedora: sudo dnf install nodejs npm avr-gcc avr-gcc-c++ avr-libc avr-binutils simavr arm-none-eabi-gcc-cs arm-none-eabi-newlib qemu-system-arm ninja-build ccache strace gcc"
    say "  Arch:   sudo pacman -S nodejs npm avr-gcc avr-libc arduino-avr-core simavr arm-none-eabi-gcc arm-none-eabi-newlib qemu-system-arm ninja ccache strace gcc"
  fi
  case "$missing " in *" arduino-builder "*) say "  arduino-builder: from https://github.com/arduino/arduino-builder" ;; esac
  say "and run this again."
  exit 3
}

install_npm_dependencies() {
  cd "$root"
  if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 19) ? 0 : 1)'; then
    # An old Node cannot run the installation of the rest: npm leaves out what is made for a newer Node than its own.
    package=node-linux-$(node -p process.arch)
    version=$(node -p "require('./package.json').optionalDependencies['$package'] || ''")
    if [ "$(uname -s)" != Linux ] || [ -z "$version" ]; then
      say "Node $(node --version) is too old: install 22.19 or newer (macOS: brew install node)"
      exit 3
    fi
    say "Node $(node --version) is too old: getting $version from npm"
    run_npm install --prefix "$root/.cache/node" --no-save --no-package-lock "$package@$version" npm@10.9.2
    PATH="$root/.cache/node/node_modules/.bin:$PATH"
  fi
  say "installing npm dependencies"
  run_npm ci --include=dev --include=optional
  # npm before 11 loses this link while it drops the Node of the other architecture.
  for node in node_modules/node-linux-*/bin/node; do
    [ ! -x "$node" ] || ln -sf "../${node#node_modules/}" node_modules/.bin/node
  done
  rm -rf .cache/node
}

run_npm() {
  npm "$@" --loglevel=error >&2 || {
    say "npm $1 failed"
    exit 3
  }
}
