"""The command line: what each verb writes, prints and returns, and that docs/cli.md and the README tell the truth."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from comity import __version__
from comity.cli import Exit, build_parser, main, mapping

ROOT = Path(__file__).resolve().parent.parent
FILES = {"report.html", "result.json", "statements.parquet", "participants.parquet", "sums.json"}


@pytest.fixture(scope="session")
def votes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "votes"
    assert main(["simulate", "--people", "150", "--statements", "20", "--seed", "5", "--out", str(folder)]) == Exit.OK
    return folder


@pytest.fixture(scope="session")
def finished(votes: Path) -> Path:
    folder = votes.parent / "report"
    assert main(["map", str(votes), "--out", str(folder), "--quiet"]) == Exit.OK
    return folder


@pytest.fixture
def report(finished: Path, tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return Path(shutil.copytree(finished, tmp_path / "report"))


def bad_votes(folder: Path) -> Path:
    folder.mkdir()
    rows = [f"{person},{statement},{(person * statement) % 3 - 1}" for person in range(30) for statement in range(8)]
    rows[3] = "0,3,perhaps"
    rows[5] = "0,5,"
    (folder / "votes.csv").write_text("participant,statement,vote\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


# --- map ---


def test_map_writes_five_files_and_says_what_it_found(
    votes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["map", str(votes)]) == Exit.OK
    said = capsys.readouterr()
    assert {path.name for path in (tmp_path / "votes-report").iterdir()} == FILES
    assert "SIMULATED" in said.out
    assert "open votes-report" in said.out
    assert "Floor: 1 (the votes are simulated)" in said.err
    assert main(["map", str(votes), "--quiet"]) == Exit.OK, "our own folder may be written over"
    assert capsys.readouterr() == ("", "")


def test_json_is_all_that_standard_output_gets(votes: Path, finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = set(Path.cwd().iterdir())
    assert main(["map", str(votes), "--json"]) == Exit.OK
    said = capsys.readouterr()
    assert said.out == (finished / "result.json").read_text(encoding="utf-8")
    assert json.loads(said.out)["source"]["simulated"] is True
    assert "SIMULATED" in said.err
    assert set(Path.cwd().iterdir()) == before


def test_settings_reach_the_result(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--floor", "4", "--seed", "9", "--slate", "3", "--threads", "1", "--quiet"]
    assert main(["map", str(votes), "--json", *asked]) == Exit.OK
    data = json.loads(capsys.readouterr().out)
    assert {key: data["settings"][key] for key in ("floor", "seed", "slate_size")} == {
        "floor": 4,
        "seed": 9,
        "slate_size": 3,
    }
    assert len(data["slate"]["entries"]) <= 3


def test_the_floor_is_five_unless_the_votes_are_public(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = bad_votes(tmp_path / "town")
    for options, floor in (([], 5), (["--votes-public"], 1), (["--votes-public", "--floor", "3"], 3)):
        assert main(["map", str(source), "--skip-bad", "--json", *options]) == Exit.OK
        said = capsys.readouterr()
        assert json.loads(said.out)["settings"]["floor"] == floor
        assert f"Floor: {floor} (" in said.err


def test_a_polis_export_is_public(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", str(shared / "data/polis/15-per-hour-seattle"), "--json"]) == Exit.OK
    said = capsys.readouterr()
    assert json.loads(said.out)["settings"]["floor"] == 1
    assert "Polis export" in said.err


def test_bad_rows_are_all_named_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", str(bad_votes(tmp_path / "town")), "--out", str(tmp_path / "out")]) == Exit.REFUSED
    said = capsys.readouterr()
    assert said.out == ""
    assert "2 problems" in said.err
    assert "votes.csv, line 5, column vote" in said.err
    assert "votes.csv, line 7, column vote" in said.err
    assert "--skip-bad" in said.err
    assert not (tmp_path / "out").exists()


def test_rows_that_were_skipped_are_listed_in_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", str(bad_votes(tmp_path / "town")), "--skip-bad", "--out", str(tmp_path / "out")]) == Exit.OK
    assert "2 bad rows or cells were left out" in capsys.readouterr().err
    left_out = json.loads((tmp_path / "out/result.json").read_text(encoding="utf-8"))["source"]["left_out"]
    assert [line.partition(":")[0] for line in left_out] == [
        "votes.csv, line 5, column vote",
        "votes.csv, line 7, column vote",
    ]
    assert "line 5" in (tmp_path / "out/report.html").read_text(encoding="utf-8")


def test_columns_may_be_called_otherwise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        f"{answer},p{person},s{item}"
        for person in range(20)
        for item in range(5)
        for answer in [(person + item) % 3 - 1]
    ]
    (tmp_path / "poll.csv").write_text("answer,voter-id,item\n" + "\n".join(rows) + "\n", encoding="utf-8")
    asked = ["map", str(tmp_path / "poll.csv"), "--json", "--quiet"]
    names = ["--columns", "participant=voter-id,statement=item", "--columns", "vote=answer"]
    assert main([*asked, *names]) == Exit.OK
    assert json.loads(capsys.readouterr().out)["counts"]["votes"] == 100
    assert main([*asked, "--columns", "participant"]) == Exit.REFUSED
    assert "OURS=THEIRS" in capsys.readouterr().err
    assert main(asked) == Exit.REFUSED
    assert "no column participant" in capsys.readouterr().err


def test_people_who_are_not_on_the_map_have_no_position(finished: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(finished / "participants.parquet").to_pydict()
    counts = json.loads((finished / "result.json").read_text(encoding="utf-8"))["counts"]
    assert len(table["id"]) == counts["participants"]
    assert sum(table["votes"]) == counts["votes"]
    assert sum(table["agrees"]) == counts["agrees"]
    assert [n + p + d for n, p, d in zip(table["agrees"], table["passes"], table["disagrees"], strict=True)] == table[
        "votes"
    ]
    on_the_map = [group is not None for group in table["group"]]
    assert sum(on_the_map) == counts["on_the_map"] < counts["participants"]
    for name in table:
        if name.startswith(("position", "probability")):
            assert [value is not None for value in table[name]] == on_the_map


# --- what is refused ---


def test_a_folder_that_is_not_ours_is_left_alone(
    votes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/to-a-friend.txt").write_text("Dear friend", encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/result.json").write_text("{}", encoding="utf-8")
    for place in ("letters", "file", "other"):
        before = sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*"))
        assert main(["map", str(votes), "--out", str(tmp_path / place)]) == Exit.REFUSED
        assert "--out" in capsys.readouterr().err
        assert before == sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*"))
    (tmp_path / "votes").mkdir()
    (tmp_path / "votes/votes.csv").write_text("mine", encoding="utf-8")
    assert main(["demo", "--out", str(tmp_path)]) == Exit.REFUSED
    assert main(["simulate", "--out", str(tmp_path / "votes")]) == Exit.REFUSED
    assert (tmp_path / "votes/votes.csv").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["map"], "needs a SOURCE"),
        (["map", "not-there"], "there is no such file or folder"),
        (["map", "x", "--method", "polis", "--out", "y"], "makes no report"),
        (["map", "x", "--method", "polis", "--floor", "5"], "--floor"),
        (["map", "--check", "not-there"], "holds no result.json"),
        (["map", "--check", "x", "--floor", "5"], "no place beside --check"),
        (["map", "--check", "x", "--json"], "no place beside --check"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_or_two(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == Exit.REFUSED
    complaint = capsys.readouterr()
    assert said in complaint.err
    assert complaint.err.startswith("comity: ")
    assert len(complaint.err.splitlines()) <= 2
    assert complaint.out == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["mapp"],
        ["map", "x", "--floor", "0"],
        ["map", "x", "--seed", "-1"],
        ["map", "x", "--threads", "many"],
        ["map", "x", "--method", "magic"],
        ["simulate"],
        ["simulate", "--people", "0", "--out", "x"],
    ],
)
def test_bad_usage_has_the_exit_code_of_a_refusal(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == Exit.REFUSED
    assert "usage: comity" in capsys.readouterr().err


def test_a_source_without_votes_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "votes.csv").write_text("participant,statement,vote\n", encoding="utf-8")
    assert main(["map", str(tmp_path), "--out", str(tmp_path / "out")]) == Exit.REFUSED
    assert "no votes" in capsys.readouterr().err


def test_a_fault_of_ours_is_owned_up_to(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError("nobody divides by this")

    monkeypatch.setattr(mapping, "run_map", broken)
    monkeypatch.delenv("COMITY_DEBUG", raising=False)
    assert main(["map", "x"]) == Exit.FAULT
    said = capsys.readouterr().err
    assert "a fault of Comity's" in said
    assert "Traceback" not in said
    monkeypatch.setenv("COMITY_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["map", "x"])


def test_stopping_is_no_fault(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(mapping, "run_map", stopped)
    assert main(["map", "x"]) == Exit.INTERRUPTED
    assert "stopped" in capsys.readouterr().err


# --- map --check ---


def test_check_knows_what_follows_from_the_sums_and_what_does_not(
    report: Path, votes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["map", "--check", str(report)]) == Exit.OK
    said = capsys.readouterr().out
    assert re.search(r"^identical +headline$", said, re.MULTILINE)
    assert re.search(r"^identical +report\.html$", said, re.MULTILINE)
    assert re.search(r"^needs the votes +manipulation$", said, re.MULTILINE)
    assert said.rstrip().endswith("differs: 0.")
    assert main(["map", "--check", str(report), str(votes)]) == Exit.OK
    assert "needs the votes: 0, differs: 0." in capsys.readouterr().out


def test_check_needs_nothing_but_the_result_and_its_sums(report: Path) -> None:
    for name in ("report.html", "statements.parquet", "participants.parquet"):
        (report / name).unlink()
    assert main(["map", "--check", str(report), "--quiet"]) == Exit.OK


def test_check_shows_what_differs(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads((report / "result.json").read_text(encoding="utf-8"))
    data["counts"]["votes"] += 1
    data["headline"].reverse()
    (report / "result.json").write_text(json.dumps(data), encoding="utf-8")
    assert main(["map", "--check", str(report)]) == Exit.DIFFERS
    said = capsys.readouterr().out
    assert f"counts.votes: published {data['counts']['votes']}, recomputed {data['counts']['votes'] - 1}" in said
    assert "headline[0]: published" in said
    assert main(["map", "--check", str(report), "--quiet"]) == Exit.DIFFERS
    assert capsys.readouterr().out == ""


def test_check_finds_other_votes(report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other"
    assert main(["simulate", "--people", "150", "--statements", "20", "--seed", "6", "--out", str(other)]) == Exit.OK
    assert main(["map", "--check", str(report), str(other)]) == Exit.DIFFERS
    said = capsys.readouterr().out
    assert "votes.votes_sha256" in said
    assert re.search(r"^differs +sums$", said, re.MULTILINE)


@pytest.mark.parametrize("name", ["report.html", "statements.parquet"])
def test_check_finds_a_page_or_table_that_says_something_else(name: str, report: Path) -> None:
    content = (report / name).read_bytes()
    (report / name).write_bytes(content[:-300] + content[-299:])
    assert main(["map", "--check", str(report), "--quiet"]) == Exit.DIFFERS


@pytest.mark.parametrize("name", ["result.json", "sums.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", None])
def test_a_damaged_folder_is_refused(
    name: str, content: bytes | None, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (report / name).unlink()
    if content is not None:
        (report / name).write_bytes(content)
    assert main(["map", "--check", str(report)]) == Exit.REFUSED
    said = capsys.readouterr()
    assert name in said.err
    assert len(said.err.splitlines()) <= 2
    assert said.out == ""


# --- map --method polis ---


def test_the_reference_method_gives_its_own_json(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", str(votes), "--method", "polis", "--json"]) == Exit.OK
    said = capsys.readouterr()
    data = json.loads(said.out)
    assert data["format"] == "comity-polis-result/1"
    assert data["source"]["simulated"] is True
    assert sum(group["size"] for group in data["groups"]) == data["in_conversation"]
    assert {key for entry in data["statements"] for key in entry} == {
        "id",
        "text",
        "by_group",
        "consensus",
        "priority",
        "position",
    }
    assert "Method polis" in said.err
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert not [key for key in data if f"`{key}`" not in page]


# --- simulate, demo ---


def test_the_same_seed_simulates_the_same_folder(
    votes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = tmp_path / "again"
    assert main(["simulate", "--people", "150", "--statements", "20", "--seed", "5", "--out", str(again)]) == Exit.OK
    assert "SIMULATED" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in votes.iterdir()} == {
        path.name: path.read_bytes() for path in again.iterdir()
    }


@pytest.mark.slow
def test_the_demo_ends_with_a_report_that_says_that_it_is_simulated(tmp_path: Path) -> None:
    for _ in range(2):  # a second one is written over the first
        found = run("demo", "--no-serve", "--out", str(tmp_path / "demo"))
        assert found.returncode == Exit.OK, found.stderr
    assert "SIMULATED" in found.stdout
    assert f"open {tmp_path / 'demo/report/report.html'} in a browser" in found.stdout
    assert {path.name for path in (tmp_path / "demo/report").iterdir()} == FILES


# --- the process ---


def run(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "comity.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, **more)  # type: ignore[call-overload,no-any-return]


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").stdout == f"comity {__version__}\n"


def test_help_answers_at_once() -> None:
    heavy = {"numpy", "numba", "pyarrow", "jinja2", "rich", "pandas", "comity.opinion"}
    code = "import sys, comity.cli; comity.cli.build_parser().format_help(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not heavy & set(loaded)


@pytest.mark.slow
def test_a_terminal_that_knows_few_letters_still_gets_the_findings_and_utf_8_json(votes: Path, finished: Path) -> None:
    found = run("map", str(votes), "--json")
    assert found.returncode == Exit.OK, found.stderr
    assert found.stdout == (finished / "result.json").read_text(encoding="utf-8")


# --- the documents ---


def examples() -> list[str]:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.mark.slow
def test_the_examples_in_the_documents_run_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(examples()) > 6
    for example in examples():
        words = shlex.split(example)
        assert words[0] == "comity"
        assert main(words[1:]) == Exit.OK, f"{example}\n{capsys.readouterr().err}"


def test_every_option_and_exit_code_is_in_the_documents() -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    verbs = next(action for action in build_parser()._actions if hasattr(action, "choices") and action.choices)
    options = {
        option for verb in verbs.choices.values() for action in verb._actions for option in action.option_strings
    }  # type: ignore[union-attr]
    missing = sorted(
        option for option in options - {"-h", "--help"} if f"`{option}" not in page and f" {option} " not in page
    )
    assert not missing
    assert not [code for code in Exit if f"| {code.value} |" not in page]


def test_the_readme_tells_the_truth() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL):
        exec(compile(block, "README.md", "exec"), {})
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b", readme)) <= targets
    parser = build_parser()
    for line in re.findall(r"^ {4}comity (.*?)(?: {2,}.*)?$", readme, re.MULTILINE):
        parser.parse_args(shlex.split(line))
