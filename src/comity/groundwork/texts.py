"""What people write, made fit to be stored: normalised, without what cannot be seen, no longer than it may be."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from django.utils.translation import gettext as _

from comity.groundwork.refusals import Refused
from comity.groundwork.translated import Text, digest

# Bidirectional embeddings, overrides and isolates can show a text in another order than it is stored in; invisible operators,
# deprecated format characters and tags hide things in it. Joiners stay: Arabic, Indic scripts and emoji need them.
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def clean_text(text: str, *, most: int, field: str, empty: bool = False) -> str:
    """A text of several lines: NFC, line ends as line feeds, without unseen characters. Raises Refused."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refused(_("This text holds half a character: write it anew."), field=field) from error
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = _UNSEEN.sub("", kept).strip()
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
    return clean_text(" ".join(str(text).split()), most=most, field=field, empty=empty)


def clean_original(text: Text, *, most: int, field: str, empty: bool = False) -> Text:
    """A text in several languages: each wording cleaned. Raises Refused."""
    original = clean_text(text.original, most=most, field=field, empty=empty)
    renewed = {
        code: replace(w, text=clean_text(w.text, most=most, field=field, empty=True))
        for code, w in text.wordings.items()
    }
    of = {digest(text.original): digest(original)}
    moved = {code: replace(w, of=of.get(w.of, w.of)) for code, w in renewed.items()}
    return replace(text, wordings=moved)
