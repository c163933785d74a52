"""Words of the interface in each language: collected from code and templates, kept in one file for each language, compiled here.

A language is a file `locale/CODE/LC_MESSAGES/django.po`; a new one is a new file (and a line in the settings). Each says in its
header what was drafted by machine and who reviewed it. Babel does what gettext's tools would, so none are needed on the machine.

`python -m comity.site.words` brings every file up to date with the code; it changes no translation.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent
LOCALE = HERE / "locale"
ROOMS = ("groundwork", "office", "site")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def compiled(catalogues: Path, into: Path) -> Path:
    """The folder of compiled catalogues for Django, made if it is not there yet: its name holds the digest of what it was made from."""
    sources = sorted(catalogues.glob("*/LC_MESSAGES/django.po"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    folder = into / digest
    for path in sources:
        language = path.parts[-3]
        made = folder / language / "LC_MESSAGES" / "django.mo"
        if made.exists():
            continue
        made.parent.mkdir(parents=True, exist_ok=True)
        draft = made.with_suffix(f".{os.getpid()}")
        with path.open("rb") as po, draft.open("wb") as mo:
            write_mo(mo, read_po(po, locale=language))
        draft.replace(made)
    return folder


def collected() -> Catalog:
    """Every string of code and templates that a person sees, with the places where it stands."""
    catalogue = Catalog(charset="utf-8")
    for room in ROOMS:
        found = extract_from_dir(
            SOURCE / room,
            method_map=[
                ("**/migrations/**", "ignore"),
                ("**.py", "python"),
                ("**/templates/**.*", "comity.site.words:extract_template"),
            ],
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
        for name, _line, message, comments, context in found:
            catalogue.add(message, None, [(f"{room}/{name}", 0)], auto_comments=comments, context=context)
    return catalogue


def extract_template(file: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """Babel's extraction from a template of Django, by way of Django's own reading of it."""
    from django.utils.translation.template import templatize

    code = templatize(file.read().decode("utf-8"))
    # Django writes _(...), gettext(...) and the like among what is no Python: Babel's reader skips that.
    yield from extract_python(io.BytesIO(code.encode("utf-8")), keywords, comment_tags, options)


def update(path: Path, fresh: Catalog) -> Catalog:
    """A language's catalogue with today's strings: known translations stay, gone ones go."""
    language = path.parts[-3]
    with path.open("rb") as po:
        catalogue = read_po(po, locale=language)
    catalogue.update(fresh, no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    out = io.BytesIO()
    write_po(out, catalogue, width=120, sort_output=True, no_location=False, include_lineno=False)
    # No date and no name of a tool: a file changes only when its words do.
    dated = (
        b'"POT-Creation-Date',
        b'"PO-Revision-Date',
        b'"Generated-By',
        b'"Last-Translator',
        b'"Report-Msgid-Bugs-To',
    )
    kept = [line for line in out.getvalue().split(b"\n") if not line.startswith(dated)]
    path.write_bytes(b"\n".join(kept))
    return catalogue


def main() -> int:
    """Bring every catalogue up to date and say what each lacks."""
    fresh = collected()
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        catalogue = update(path, fresh)
        lacking = [message for message in catalogue if message.id and not all(_wordings(message.string))]
        print(f"{path.parts[-3]}: {len(catalogue)} strings, {len(lacking)} not translated")
    return 0


def _wordings(string: Any) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


if __name__ == "__main__":
    sys.exit(main())
