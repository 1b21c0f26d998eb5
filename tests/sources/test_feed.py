"""A feed is read in each of its dialects; what is dangerous is refused before it is parsed."""

from __future__ import annotations

import pytest

from leumund.answers import Spoiled
from leumund.sources._feed import parse

ITEM = "<item><title>Zug fährt</title><link>https://a.example/1</link></item>"
RSS = (
    f'<rss version="2.0"><channel><title>T</title><language>de-AT</language>{ITEM}</channel></rss>'
)
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="{space}">'
    '<channel rdf:about="https://a.example/"><title>T</title></channel>'
    '<item rdf:about="https://a.example/1"><title>Zug fährt</title>'
    "<link>https://a.example/1</link></item></rdf:RDF>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>T</title><entry>'
    '<id>urn:x:1</id><title type="html">Zug &lt;i&gt;fährt&lt;/i&gt;</title>'
    '<link href="https://a.example/1"/><updated>2026-11-21T10:00:00Z</updated>'
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Ja.</p></div></content>'
    "</entry></feed>"
)
DIALECTS = {
    "RSS 0.90": RDF.format(space="http://my.netscape.com/rdf/simple/0.9/"),
    "RSS 0.91": RSS.replace("2.0", "0.91"),
    "RSS 0.92": RSS.replace("2.0", "0.92"),
    "RSS 1.0": RDF.format(space="http://purl.org/rss/1.0/"),
    "RSS 2.0": RSS,
    "Atom": ATOM,
    "Atom with a prefix": ATOM.replace("xmlns=", "xmlns:a=", 1)
    .replace("<feed", "<a:feed")
    .replace("</feed", "</a:feed")
    .replace("<entry", "<a:entry")
    .replace("</entry", "</a:entry"),
}


MANY = " ".join(f"a{number}='x'" for number in range(65))
LINES = "x\n" * 300_000


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize(
    "prolog",
    [
        "",
        '<?xml version="1.0"?>',
        '\ufeff\n <?xml version="1.0" encoding="UTF-8"?>\n<!-- a --><?xml-stylesheet href="x"?>',
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://a.example/rss-0.91.dtd">',
    ],
)
def test_every_dialect_is_read(name: str, prolog: str) -> None:
    feed = parse((prolog + DIALECTS[name]).encode(), "application/xml")
    assert len(feed.entries) == 1
    assert feed.fault is None


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_declared_charset_is_followed(charset: str) -> None:
    document = f'<?xml version="1.0" encoding="{charset}"?>{RSS}'
    feed = parse(document.encode(charset), "text/xml")
    assert feed.entries[0]["title"] == "Zug fährt"
    assert feed.fault is None


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ('<!DOCTYPE rss [<!ENTITY a "b">]>' + RSS, "entities"),
        ('<!doctype rss [<!entity a "b">]>' + RSS, "entities"),
        ("<!-- -->\n<!DOCTYPE rss [\n<!ELEMENT rss ANY>]>" + RSS, "entities"),
        ("Unsinn<!DOCTYPE rss [<!ENTITY a 'b'>]>" + RSS, "no_feed"),
        (RSS.replace("<channel>", "<channel><!DOCTYPE rss [<!ENTITY a 'b'>]>"), "entities"),
        ("<rss>" + "<a>" * 100_000, "too_big"),
        ("<rss>" + "<a/>" * 60_000 + "</rss>", "too_big"),
        (f"<rss><channel><item {MANY}/></channel></rss>", "too_big"),
        (f"<rss><channel>{LINES}</channel></rss>", "too_big"),
        ("<rss><channel>" + "&x;<b" * 50_000, "xml"),
        (RSS.replace("Zug fährt</title>", "&#xD800;"), "xml"),
        ("<html><head/></html>", "html"),
        ("<!DOCTYPE html>\n<html/>", "html"),
        ("<HTML><body>", "html"),
        ("Wartungsarbeiten", "no_feed"),
        ("<!-- " + "x" * 1_000_000, "no_feed"),
        ("<?x?>" * 200_000, "no_feed"),
        ("", "empty_body"),
    ],
)
def test_what_is_no_harmless_feed_is_refused(body: str, key: str) -> None:
    with pytest.raises(Spoiled) as refused:
        parse(body.encode(), "application/rss+xml")
    assert refused.value.key == key


def test_broken_xml_is_a_fault_and_what_can_be_read_is_read() -> None:
    for broken in (
        RSS.replace("</link>", "", 1),
        RSS.replace("fährt", "f&auml;hrt & steht"),
        RSS.replace("fährt", "f\x0bhrt"),
        RSS[:-20],
    ):
        feed = parse(broken.encode(), "application/rss+xml")
        assert feed.fault is not None
        assert feed.fault.key == "xml"
        assert len(feed.entries) == 1


def test_an_entity_in_quoted_code_is_text_and_no_fault() -> None:
    body = RSS.replace("Zug fährt", "<![CDATA[So geht <!ENTITY a 'b'> in XML]]>")
    feed = parse(body.encode(), "application/rss+xml")
    assert feed.fault is None
    assert "ENTITY" in feed.entries[0]["title"]


def test_lost_signs_are_told() -> None:
    body = RSS.replace("</title>", " über Moosbach</title>").encode()
    feed = parse(body.replace("ä".encode(), b"\xe4"), "text/xml")
    assert feed.lossy
    assert feed.fault is None
    assert feed.entries[0]["title"] == "Zug f\ufffdhrt über Moosbach"
