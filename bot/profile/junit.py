"""The report on the cases as JUnit XML, which build servers show."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from bot.profile.cases import CaseReport

# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_bytes(report: CaseReport, *, strict: bool = False) -> bytes:
    """One suite of the cases, and one of what they leave untried: skipped tests, failures when `strict`."""
    root = ET.Element("testsuites", name="dealfit profile test")
    cases = _suite(root, "cases", tests=len(report.results), failures=len(report.failures), skipped=0)
    for result in report.results:
        file, _, line = result.case.place.rpartition(":")
        test = ET.SubElement(cases, "testcase", name=_clean(result.case.name), classname=_clean(file), line=line)
        if not result.passed:
            what = ", ".join(difference.what for difference in result.differences)
            ET.SubElement(test, "failure", message=_clean(f"not as expected: {what}")).text = _clean(str(result))
    if report.gaps:
        many = len(report.gaps)
        suite = _suite(root, "coverage", tests=many, failures=many if strict else 0, skipped=0 if strict else many)
        for gap in report.gaps:
            test = ET.SubElement(suite, "testcase", name=_clean(f"{gap.check} {gap.text}"), classname=_clean(gap.rule))
            ET.SubElement(test, "failure" if strict else "skipped", message=_clean(str(gap)))
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _suite(root: ET.Element, name: str, *, tests: int, failures: int, skipped: int) -> ET.Element:
    counts = {"tests": tests, "failures": failures, "errors": 0, "skipped": skipped}
    return ET.SubElement(root, "testsuite", name=name, attrib={key: str(value) for key, value in counts.items()})


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
