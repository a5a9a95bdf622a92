"""A worker on this machine: `python -I -m etl.fleet.child` takes a line of JSON, runs it, answers with a line."""

from __future__ import annotations

import os
import signal
import sys

from etl.fleet.words import heard


def main() -> None:
    """One order after another until whoever started this closes the line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)   # Ctrl-C is meant for who started this; who ends it with its line
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)   # whatever prints must not speak between the answers
    from etl.fleet import work  # noqa: PLC0415 - after the line is its own

    for line in sys.stdin:
        said = heard(line)
        answer = work.greet(*said["words"]) if said["do"] == "greet" else work.run(*said["words"])
        answers.write(answer + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
