"""Turns foreign text into text that can be stored, read and shown: one place for all sources."""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit, urlunsplit

import ftfy
import nh3
from charset_normalizer import from_bytes

from leumund.errors import Unreadable

LONGEST_RAW = 1_000_000
LONGEST_TEXT = 20_000
LONGEST_TITLE = 500
LONGEST_URL = 2_000

_TAG = re.compile(
    r"<(?:!--|/?(?:a|abbr|article|aside|audio|b|big|blockquote|body|br|center|cite|code|dd|del|div"
    r"|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img"
    r"|input|ins|label|li|link|main|mark|math|meta|nav|object|ol|p|picture|pre|q|s|script|section"
    r"|small|source|span|strike|strong|style|sub|sup|svg|table|tbody|td|template|textarea|tfoot|th"
    r"|thead|time|title|tr|u|ul|video|wbr)(?=[\s/>])[^<>]{0,4000}>)",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"</?(?:p|div|br|hr|li|ul|ol|tr|td|th|table|h[1-6]|blockquote|section|article|dd|dt|pre"
    r"|figure|figcaption)(?=[\s/>])",
    re.IGNORECASE,
)
_CONTENT_TAGS = {"script", "style", "template", "textarea", "title", "iframe", "object", "svg"}
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_MENDING = ftfy.TextFixerConfig(
    unescape_html=False, uncurl_quotes=False, fix_latin_ligatures=False, normalization="NFC"
)

_MAIL = re.compile(r"(?<![\w.+@-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_HANDLE = re.compile(r"(?<![\w@.])@[\w][\w.-]{0,60}(?<![.-])(?:@[\w-]+(?:\.[\w-]+)+)?")
_PARTS = re.compile("([-.@])")  # „@Musterbahn-Chef“ is about @Musterbahn
_PHONE = re.compile(r"(?<![\w.,:/-])(?:\+|00?)[1-9][\d \u00a0()/-]{5,18}\d(?![\w%€])")

_CHARSET = re.compile(
    r"(?:utf-?(?:8|16|32)(?:-?[lb]e)?|iso-?8859-?\d+|windows-?125\d|cp-?125\d"
    r"|latin-?\d|(?:us-)?ascii|macintosh|mac-roman|cp-?850)",
    re.IGNORECASE,
)
_GUESSES = ("cp1252", "mac_roman", "cp850")
_SHORTEST_GUESS = 40
_WIDE_GUESSES = ("utf_16_le", "utf_16_be")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w-]{1,40})["']""")
_ESCAPED = re.compile("[\udc80-\udcff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|wt_z?mc|mc_[ce]id|xing_share|at_(?:medium|campaign)\w*)",
    re.IGNORECASE,
)


def text(raw: str, *, longest: int = LONGEST_TEXT) -> str:
    """The storable form of a text: no markup, no control or invisible signs, NFC, capped.

    Idempotent. Mojibake is mended, German quotation marks stay as they are.

    Raises:
        Unreadable: more than a million characters.

    >>> text("<p>Pünktlich &amp; sauber</p><p>Danke,\\x00 MÃ¼ller!</p>")
    'Pünktlich & sauber\\n\\nDanke, Müller!'
    >>> text("3 < 5 und ich <3 euch")
    '3 < 5 und ich <3 euch'
    """
    if len(raw) > LONGEST_RAW:
        raise Unreadable(f"a text of {len(raw)} characters; {LONGEST_RAW} are accepted")
    clean = raw
    for _ in range(9):  # markup may hide in escaped markup
        before, clean = clean, _plain(clean)
        if clean == before:
            break
    return clean[:longest].rstrip()


def title(raw: str) -> str:
    """As `text`, on one line and shorter.

    >>> title("  Zug\\n fährt <b>wieder</b> ")
    'Zug fährt wieder'
    """
    return " ".join(text(raw).split())[:LONGEST_TITLE].rstrip()


def _plain(raw: str) -> str:
    clean = _INVISIBLE.sub("", _CONTROL.sub("", _LINE.sub("\n", _paired(raw))))
    if _TAG.search(clean):
        clean = nh3.clean(
            _BLOCK.sub(lambda tag: "\n" + tag[0], clean),
            tags=set(),
            clean_content_tags=_CONTENT_TAGS,
        )
    if "&" in clean:
        clean = _ENTITY.sub(lambda entity: html.unescape(entity[0]), clean)
    if not clean.isascii():
        clean = unicodedata.normalize("NFC", ftfy.fix_text(clean, _MENDING))
    lines = (line.strip() for line in _SPACES.sub(" ", clean).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _paired(raw: str) -> str:
    """Surrogates that form a pair become the sign they mean; lone ones are dropped."""
    return raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def mask_handles(clean: str, keep: Collection[str]) -> str:
    """The text without the names by which other people can be found.

    Handles become „@…“ unless `keep` holds them (any case, with or without @), mail addresses and
    telephone numbers become „[E-Mail]“ and „[Telefon]“.

    >>> mask_handles("@Musterbahn: @lena_k, lena@example.org, 0171 2345678", {"musterbahn"})
    '@Musterbahn: @…, [E-Mail], [Telefon]'
    """
    kept = {name.casefold().lstrip("@") for name in keep}

    def handle(found: re.Match[str]) -> str:
        parts = _PARTS.split(found[0].casefold()[1:])
        ours = any("".join(parts[:end]) in kept for end in range(1, len(parts) + 1, 2))
        return found[0] if ours else "@…"

    masked = _MAIL.sub("[E-Mail]", clean) if "@" in clean else clean
    masked = _HANDLE.sub(handle, masked)
    return _PHONE.sub("[Telefon]", masked)


def link(raw: str) -> str:
    """A web address without tracking parameters and fragment, or '' if it is not one.

    >>> link("https://Example.org/a?utm_source=x&id=7#top"), link("javascript:alert(1)")
    ('https://example.org/a?id=7', '')
    """
    raw = raw.strip()
    if len(raw) > LONGEST_URL or not raw.isprintable() or " " in raw:
        return ""
    try:
        parts = urlsplit(raw)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return ""
    query = "&".join(
        pair for pair in parts.query.split("&") if not _TRACKING.fullmatch(pair.partition("=")[0])
    )
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, query, ""))


def decode(raw: bytes, declared: str = "") -> tuple[str, bool]:
    """Bytes as text, and whether signs were lost.

    Order: byte order mark, UTF-8 if that fits, `declared` (the header), the XML declaration, a
    guess. What fits UTF-8 is practically never anything else, while headers often lie. Signs
    that are lost become U+FFFD.

    >>> decode("Größe".encode("cp1252"), "ISO-8859-1")
    ('Größe', False)
    """
    for mark, charset in _BOMS:
        if raw.startswith(mark):
            return _strict(raw, charset) or (raw.decode(charset, "replace"), True)
    wide = raw[:4096].count(0) > len(raw[:4096]) / 5
    if not wide and (found := _mostly_utf8(raw)):
        return found
    inside = _DECLARED.match(raw[:400])
    candidates = [declared, inside[1].decode("ascii") if inside else ""]
    if len(raw) > _SHORTEST_GUESS or wide:
        guesses = list(_WIDE_GUESSES if wide else _GUESSES)
        guess = from_bytes(raw[:200_000], cp_isolation=guesses).best()
        candidates.append(guess.encoding if guess else "")
    for charset in (*candidates, "cp1252"):
        if wide and charset.lower().startswith(("iso", "cp", "windows", "latin")):
            continue  # text of two bytes a sign is no text of one
        if found := _strict(raw, charset):
            return found
    return raw.decode("cp1252", "replace"), True


def _mostly_utf8(raw: bytes) -> tuple[str, bool] | None:
    """The text if more signs speak for UTF-8 than against it; some may be lost."""
    text = raw.decode("utf-8", "surrogateescape")
    wrong = len(_ESCAPED.findall(text))
    if not wrong:
        return text, False
    right = len(_NOT_ASCII.findall(text)) - wrong
    return (_ESCAPED.sub("\ufffd", text), True) if right > wrong else None


def _strict(raw: bytes, charset: str) -> tuple[str, bool] | None:
    charset = charset.strip().lower().replace("_", "-")
    if not _CHARSET.fullmatch(charset.removesuffix("-sig")):
        return None
    if charset in ("iso-8859-1", "iso8859-1", "latin-1", "latin1"):
        charset = "cp1252"  # as browsers do
    try:
        return raw.decode(charset), False
    except (LookupError, UnicodeError):
        return None
