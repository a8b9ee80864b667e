"""XML written element by element; whatever a text says stays text."""

from __future__ import annotations

from typing import Any

from lxml import etree

XSI = "http://www.w3.org/2001/XMLSchema-instance"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Element:
    """An element of one namespace that takes children by name."""

    def __init__(self, element: Any, namespace: str) -> None:
        self.element, self.namespace = element, namespace

    @classmethod
    def root(
        cls, name: str, namespaces: dict[str | None, str], schema: str = "", of: str | None = None
    ) -> Element:
        """The first namespace is the element's own; ``schema`` is where that is defined, ``of``
        the prefix of its children."""
        own = next(iter(namespaces.values()))
        element: Any = etree.Element(
            f"{{{own}}}{name}", nsmap={**namespaces, "xsi": XSI} if schema else namespaces
        )
        if schema:
            element.set(f"{{{XSI}}}schemaLocation", f"{own} {schema}")
        return cls(element, namespaces[of] if of else own)

    def add(self, name: str, text: str = "", **attributes: str) -> Element:
        child = etree.SubElement(self.element, f"{{{self.namespace}}}{name}")
        if text:
            child.text = text
        for key, value in attributes.items():
            child.set(LANG if key == "lang" else key, value)
        return Element(child, self.namespace)

    def add_if(self, name: str, text: str, **attributes: str) -> None:
        """Nothing where there is no text."""
        if text:
            self.add(name, text, **attributes)

    def put(self, element: Any) -> None:
        self.element.append(element)

    def text(self) -> str:
        return etree.tostring(self.element, encoding="unicode") + "\n"
