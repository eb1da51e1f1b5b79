#!/usr/bin/env python3
"""How often each function of the core is compiled, and how large that is: reads what `-Zdump-mono-stats` wrote (CONTRIBUTING.md)."""

import argparse
import json
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="the JSON file, of one crate")
    parser.add_argument("--top", type=int, default=30, help="functions to list (default: 30)")
    arguments = parser.parse_args()
    items = json.loads(arguments.file.read_text())
    total = sum(item["total_estimate"] for item in items)
    count = sum(item["instantiation_count"] for item in items)
    print(f"{len(items):,} functions, compiled {count:,} times: {total:,} statements of the compiler's intermediate form")
    for item in sorted(items, key=lambda item: -item["total_estimate"])[: arguments.top]:
        share = 100 * item["total_estimate"] / total
        print(f"{share:5.1f} %  {item['instantiation_count']:5} × {item['size_estimate']:5}  {item['name']}")


if __name__ == "__main__":
    main()
