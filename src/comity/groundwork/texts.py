"""What people write, made fit to be stored: normalised, without what cannot be seen, no longer than it may be."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from django.utils.translation import gettext as _

from comity.groundwork.refusals import Refused
from comity.groundwork.translated import Made, Text, digest

# Bidirectional embeddings, overrides and isolates can show a text in another order than it is stored in; invisible operators,
# deprecated format characters and tags hide things in it. Joiners stay: Arabic, Indic scripts and emoji need them.
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DIGEST = re.compile("[0-9a-f]{16}")
LONGEST_LANGUAGE = 12
MOST_WORDINGS = 100
"""Languages of one text."""


def clean_language(code: str, *, field: str) -> str:
    """The code of a language as in BCP 47, of this site or not. Raises Refused."""
    if len(code) > LONGEST_LANGUAGE or not _LANGUAGE.fullmatch(code):
        raise Refused(_("This is not the code of a language: write it like en or pt-BR."), field=field)
    return code


def clean_text(text: str, *, most: int, field: str, empty: bool = False) -> str:
    """A text of several lines: NFC, line ends as line feeds, without unseen characters. Raises Refused."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refused(_("This text holds half a character: write it anew."), field=field) from error
    # Normalised last: what cannot be seen may have stood between a letter and its mark.
    kept = unicodedata.normalize("NFC", _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))).strip()
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in kept):
        kept = ""  # joiners and marks alone show nothing
    if not kept and not empty:
        raise Refused(_("This cannot be empty."), field=field)
    if len(kept) > most:
        raise Refused(
            _("This is %(length)d characters long; at most %(most)d are possible.")
            % {"length": len(kept), "most": most},
            field=field,
        )
    return kept


def clean_line(text: str, *, most: int, field: str, empty: bool = False) -> str:
    """A text of one line: like `clean_text`, with any run of white space as one space. Raises Refused."""
    kept = clean_text(" ".join(str(text).split()), most=most, field=field, empty=empty)
    # What cannot be seen may have stood between two spaces: cleaning what is clean must change nothing.
    return " ".join(kept.split())


def clean_original(text: Text, *, most: int, field: str, empty: bool = False) -> Text:
    """A text in several languages: each wording cleaned. One that does not say of what it was made was made of this original.

    Raises Refused.
    """
    original = clean_text(text.original, most=most, field=field, empty=empty)
    _check_wordings(text, field)
    renewed = {
        code: replace(w, text=clean_text(w.text, most=most, field=field, empty=True))
        for code, w in text.wordings.items()
    }
    now = digest(original)
    moved = {
        code: replace(w, of=now if w.of in {"", digest(text.original)} and w.made is not Made.ORIGINAL else w.of)
        for code, w in renewed.items()
    }
    return replace(text, wordings=moved)


def _check_wordings(text: Text, field: str) -> None:
    """Refuse languages that are none, and wordings that say something else of themselves than they are."""
    if len(text.wordings) > MOST_WORDINGS:
        raise Refused(_("A text has at most %(most)d wordings.") % {"most": MOST_WORDINGS}, field=field)
    for code, wording in text.wordings.items():
        clean_language(code, field=field)
        original = code == text.original_language
        if original != (wording.made is Made.ORIGINAL) or (original and (wording.of or wording.reviewed)):
            raise Refused(
                _("One wording is the original, in the language that is named; the others were made of it."),
                field=field,
            )
        if wording.of and not _DIGEST.fullmatch(wording.of):
            raise Refused(_("A wording that was made of another says of which, by its digest."), field=field)
    if text.wordings and text.original_language not in text.wordings:
        raise Refused(_("The original is missing."), field=field)
