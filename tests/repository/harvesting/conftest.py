"""A provider with some records, and its answers as XML that is valid by the official schema."""

from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

from repository.harvesting import ledger

SCHEMAS = Path(__file__).parent / "schemas"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
#: What ``oai_dc.xsd`` says of the schema that it imports; see schemas/README.md.
ELEMENT = '<element name="{}"><complexType><simpleContent><extension base="string">\
<attribute ref="xml:lang"/></extension></simpleContent></complexType></element>'


class DublinCore(etree.Resolver):
    def resolve(self, url, pubid, context):
        if "simpledc" in url:
            tree = etree.parse(SCHEMAS / "oai_dc.xsd")
            names = [
                one.get("ref").split(":")[1] for one in tree.iter(f"{XSD}element") if one.get("ref")
            ]
            text = '<schema xmlns="http://www.w3.org/2001/XMLSchema"\
 targetNamespace="http://purl.org/dc/elements/1.1/"><import\
 namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="xml.xsd"/>'
            text += "".join(map(ELEMENT.format, names)) + "</schema>"
            return self.resolve_string(text, context)
        if url.endswith("xml.xsd"):
            text = '<schema xmlns="http://www.w3.org/2001/XMLSchema"\
 targetNamespace="http://www.w3.org/XML/1998/namespace"><attribute name="lang"\
 type="language"/></schema>'
            return self.resolve_string(text, context)
        return None


def schema(name):
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(DublinCore())
    return etree.XMLSchema(etree.parse(SCHEMAS / name, parser))


@pytest.fixture(scope="session")
def oai_pmh():
    return schema("OAI-PMH.xsd")


@pytest.fixture(scope="session")
def oai_dc():
    return schema("oai_dc.xsd")


@pytest.fixture
def ask(client, oai_pmh, oai_dc):
    """Asks the provider, and validates what it answers."""

    def ask(method="get", **arguments):
        arguments = {name.rstrip("_"): value for name, value in arguments.items()}
        response = getattr(client, method)("/oai/", arguments)
        assert response.status_code == 200
        assert response["Content-Type"] == "text/xml; charset=utf-8"
        root = etree.parse(BytesIO(response.content)).getroot()
        oai_pmh.assertValid(root)
        for metadata in root.iter(f"{OAI}metadata"):
            if metadata[0].tag.endswith("}dc"):
                oai_dc.assertValid(metadata[0])
        return root

    return ask


def error(root):
    return root.find(f"{OAI}error").get("code")


def headers(root):
    """Identifier's key, and whether it is deleted."""
    return {
        header.findtext(f"{OAI}identifier").rpartition(":")[2]: header.get("status") == "deleted"
        for header in root.iter(f"{OAI}header")
    }


def token(root):
    found = root.find(f".//{OAI}resumptionToken")
    return "" if found is None else found.text or ""


@pytest.fixture
def at():
    """Lets the changes so far be entered at a moment, to the second."""

    def at(moment):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(ledger.timezone, "now", lambda: moment)
            while ledger.settle():
                pass

    return at
