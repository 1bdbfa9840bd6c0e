"""Jobs as JSON on stdin, answers as JSON on stdout: what esptool makes of each, in base64, or its refusal."""
import base64
import contextlib
import io
import json
import os
import sys

import esptool.cmds as cmds
from esptool.targets import CHIP_DEFS


def answer(job):
    if job["command"] == "borders":
        chip = CHIP_DEFS[job["chip"]]
        return sorted({border for start, end, _ in chip.MEMORY_MAP for border in (start, end)})
    options = dict(job["options"])
    if job["command"] == "elf2image":
        made = cmds.elf2image(base64.b64decode(job["elf"]), output=None, **options)
    else:
        parts = [(part["offset"], base64.b64decode(part["content"])) for part in job["parts"]]
        made = cmds.merge_bin(parts, **{"output": None, **options})
    made = made if isinstance(made, tuple) else (made,)
    return [None if part is None else base64.b64encode(part).decode() for part in made]


jobs = json.load(sys.stdin)
answers = []
with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
    for job in jobs:
        try:
            answers.append({"made": answer(job)})
        except BaseException as error:
            answers.append({"refused": f"{type(error).__name__}: {error}"})
json.dump(answers, sys.stdout)
