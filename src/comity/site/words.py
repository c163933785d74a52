"""Words of the interface, collected from code, templates and the table of acts, and kept in one file for each language.

A language is a file `locale/CODE/LC_MESSAGES/django.po`; a new one is a new file (and a line in the settings). Each says in its
header what was drafted by machine and who reviewed it. Babel does what gettext's tools would, so none are needed on the machine.

`python -m comity.site.words` brings every file up to date with the code; it changes no translation.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
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
    # Read when the table is shown, so that importing this module does not need the offices.
    from comity.groundwork.acts import ACTS
    from comity.site.roles import plain

    for act in ACTS.values():
        catalogue.add(plain(act.summary), None, [(act.does.__module__.replace(".", "/"), 0)])
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
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings")
    django.setup()
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
