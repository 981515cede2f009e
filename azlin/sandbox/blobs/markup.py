"""The XML of the Blob service."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from azlin.sandbox.blobs.refusals import BlobRefusal

_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def element(parent: ET.Element, tag: str, text: str | None = None) -> ET.Element:
    made = ET.SubElement(parent, tag)
    made.text = text
    return made


def document(root: ET.Element) -> bytes:
    return b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>' + ET.tostring(root, encoding="utf-8")


def parsed(body: bytes) -> ET.Element:
    """Raises BlobRefusal 400. Nobody needs entities here, and they can blow up, so they are refused."""
    try:
        if _DECLARED.search(body):
            raise ET.ParseError
        return ET.fromstring(body)  # noqa: S314 - no entities are left
    except ET.ParseError:
        raise BlobRefusal(400, "InvalidXmlDocument", "XML specified is not syntactically valid.") from None


def text_of(parent: ET.Element | None, tag: str) -> str:
    """The text of a child element, "" when there is none."""
    found = parent.find(tag) if parent is not None else None
    return (found.text or "") if found is not None else ""
