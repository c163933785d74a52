"""What people wrote, made harmless without being changed more than it must.

HTML in a statement is escaped by the template. What escaping cannot stop is shown as a mark such as [U+202E]: control
characters, which a terminal obeys, and characters that reorder or hide the text around them. Joiners, direction marks and
no-break characters stay: Persian, Hindi and many others are wrong without them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup

LONGEST = 600
"""Characters of a statement that a report shows; result.json holds all of it."""

# Controls but tab and newline; bidirectional embeddings, overrides and isolates; invisible operators and deprecated format
# characters; interlinear annotations; surrogates without a partner; noncharacters; language tags, which hide text.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2061-\u206f\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"[ \t\n\r\u0085\u2028\u2029]+")
_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z")


def harmless(text: str, longest: int = LONGEST) -> str:
    """One line of text: white space folded, unseen characters shown as marks, piled-up accents cut at four, cut after `longest`.

    >>> harmless("safe\\u202eevil\\x1b[2J")
    'safe[U+202E]evil[U+001B][2J'
    >>> harmless("a long statement", longest=7)
    'a long …'
    """
    folded = _SPACES.sub(" ", text[: 4 * longest]).strip()
    shown = _MARKS.sub(r"\1", _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", folded))
    return shown if len(shown) <= longest and len(text) <= 4 * longest else shown[:longest].rstrip() + " …"


def named(text: str, longest: int = 40) -> Markup:
    """`harmless`, set apart (`<bdi>`) for the middle of a sentence that may run the other way."""
    return Markup("<bdi>{}</bdi>").format(harmless(text, longest))


def paragraphs(text: str, longest: int = 3 * LONGEST) -> list[str]:
    """The paragraphs of a longer text, each `harmless`, together about `longest` characters."""
    found: list[str] = []
    left = longest
    for part in re.split(r"(?:\r?\n[ \t]*){2,}", text.strip()):
        if part.strip() and left > 0:
            found.append(harmless(part, left))
            left -= len(found[-1])
        elif part.strip():
            return [*found[:-1], found[-1].removesuffix(" …") + " …"]
    return found


def language_tag(language: str) -> str:
    """The tag for an HTML `lang` attribute, or "" (language not known) for what is not one.

    >>> language_tag("zh-Hans"), language_tag('en" onclick="x')
    ('zh-Hans', '')
    """
    return language if _TAG.match(language) else ""


def translation(translations: Mapping[str, str], language: str, wanted: str) -> str:
    """The translation into the language `wanted`, or "" if there is none or the text is in that language already."""
    if language.split("-")[0].lower() == wanted:
        return ""
    tags = sorted(tag for tag in translations if tag.split("-")[0].lower() == wanted)
    return translations[tags[0]] if tags else ""
