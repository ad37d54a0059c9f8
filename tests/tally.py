# SPDX-License-Identifier: MIT
"""Prints "PASSED FAILED SKIPPED" of a JUnit file, as meson and pytest write it."""
import sys
import xml.etree.ElementTree as tree


def main(path):
    passed = failed = skipped = 0
    for case in tree.parse(path).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    print(passed, failed, skipped)


main(sys.argv[1])
