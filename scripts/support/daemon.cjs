// Becomes dist/daemon.cjs, which the launcher starts: `daemon.cjs HOME [IDLE]`.
require("./load.cjs").load("daemon", process.argv[2])
