"""One side of a race in a process of its own: seconds and peak memory as one line of JSON, the result as Parquet."""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

from etl.machine import peak_mib
from tests.bench.figures import common


def main(side: str, folder: str, result: str) -> None:
    """Race one side once. Imports, settings and cross-references come before the clock, reading the result after it."""
    module = importlib.import_module(f"tests.bench.sides.{side}")
    prepared = module.prepare(Path(folder))
    began, cpu_began = time.perf_counter(), time.process_time()
    done = module.work(prepared)
    measured = {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu_began,
        "peak_mib": peak_mib(),
    }
    if result:
        for name, table in common(module.tables(done)).items():
            pq.write_table(table, Path(result) / f"{name}.parquet")
    print(json.dumps(measured))


if __name__ == "__main__":
    main(*sys.argv[1:])
