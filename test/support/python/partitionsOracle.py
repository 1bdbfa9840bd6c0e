"""Jobs as JSON on stdin, answers as JSON on stdout: ESP-IDF's binary of each partitions.csv in base64, or its refusal."""
import base64
import json
import sys

from esp_idf_defs.partitions import PartitionTable


def answer(job):
    table = PartitionTable.from_csv(job["csv"], job["offset"], job["bootLoader"])
    table.verify(job["offset"])
    if job["flashSize"] is not None:
        table.verify_size_fits(job["flashSize"])
    return base64.b64encode(table.to_binary()).decode()


answers = []
for job in json.load(sys.stdin):
    try:
        answers.append({"made": answer(job)})
    except Exception as error:
        answers.append({"refused": f"{type(error).__name__}: {error}"})
json.dump(answers, sys.stdout)
