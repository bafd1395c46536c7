# SPDX-License-Identifier: Apache-2.0
# Copyright the Caddis authors
"""Prints the score files of a folder as timestamp,key,score,is_anomaly."""
import csv
import json
import pathlib
import sys

rows = csv.writer(sys.stdout, lineterminator="\n")
rows.writerow(["timestamp", "key", "score", "is_anomaly"])
for part in sorted(pathlib.Path(sys.argv[1]).glob("[!._]*.jsonl")):
    with part.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            rows.writerow([row["timestamp"], row["key"], row["score"], int(row["is_anomaly"])])
