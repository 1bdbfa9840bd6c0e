"""Images as JSON on stdin; what littlefs itself finds in each, before and after it has changed it, on stdout."""
import base64
import json
import sys

from littlefs import LittleFS, UserContext


def listing(fs):
    found = {}
    for folder, _, files in fs.walk("/"):
        for name in files:
            path = f"{folder.rstrip('/')}/{name}"
            with fs.open(path, "rb") as file:
                found[path[1:]] = base64.b64encode(file.read()).decode()
    return found


def answer(job):
    image = bytearray(base64.b64decode(job["image"]))
    context = UserContext(len(image))
    context.buffer[:] = image
    fs = LittleFS(
        context=context, mount=False, block_size=job["blockSize"], block_count=len(image) // job["blockSize"],
        read_size=job["pageSize"], prog_size=job["pageSize"], cache_size=job["cacheSize"], name_max=job["nameLimit"],
    )
    fs.mount()
    before = listing(fs)
    for name in list(before)[::2]:
        fs.remove("/" + name)
    for index in range(8):
        with fs.open(f"/new{index}", "wb") as file:
            file.write(bytes([index]) * 300 * index)
    fs.unmount()
    fs.mount()
    return {"before": before, "after": listing(fs)}


answers = []
for job in json.load(sys.stdin):
    try:
        answers.append(answer(job))
    except Exception as error:
        answers.append({"refused": f"{type(error).__name__}: {error}"})
json.dump(answers, sys.stdout)
