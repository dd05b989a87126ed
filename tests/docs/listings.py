#!/usr/bin/env python3
"""Every C++ listing of docs/programming.md stands in a source of this folder, which is compiled and run.

Usage: listings.py PROJECT. Blanks and ends of lines do not count.
"""
import pathlib
import re
import sys


def without_layout(text: str) -> str:
    return "".join(text.split())


def listings_of(document: str) -> list[str]:
    return re.findall(r"^```cpp\n(.*?)^```", document, flags=re.MULTILINE | re.DOTALL)


def main() -> int:
    project = pathlib.Path(sys.argv[1])
    sources = [without_layout(path.read_text()) for path in sorted((project / "tests/docs").glob("*.cpp"))]
    listings = listings_of((project / "docs/programming.md").read_text())
    if len(listings) < 10:
        print(f"docs/programming.md has {len(listings)} listings; is it the right file?")
        return 1
    missing = [listing for listing in listings if not any(without_layout(listing) in source for source in sources)]
    for listing in missing:
        print(f"This listing of docs/programming.md stands in no source of tests/docs:\n{listing}")
    print(f"{len(listings) - len(missing)} of {len(listings)} listings are compiled.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
