"""The log on disk: the same tree as in memory, all or nothing, one process, and nothing acknowledged lost when it is killed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.ledger import LedgerError, Tree, check_consistency, check_inclusion, leaf_hash
from comity.ledger.merkle import EMPTY_ROOT, ProofError, inclusion_proof
from comity.ledger.store import BUNDLE, LogStore, StoreError
from comity.ledger.tiles import WIDTH, Edge, TileNodes


def leaves_of(count: int, start: int = 0) -> list[bytes]:
    return [b'{"n":%d}' % number for number in range(start, start + count)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


def test_an_empty_log_has_the_root_of_nothing(path: Path) -> None:
    with LogStore(path) as store:
        assert (store.size, store.root(), list(store.leaves()), store.checkpoint()) == (0, EMPTY_ROOT, [], None)
        assert store.append([]) == range(0)
        store.check()


@given(st.lists(st.integers(0, 600), max_size=8), st.data())
@settings(max_examples=20)
def test_batches_of_any_size_make_the_tree_of_all_their_leaves(
    tmp_path_factory: pytest.TempPathFactory, batches: list[int], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("store") / "log.sqlite"
    for batch in batches:
        with LogStore(path) as store:  # opened anew each time: the edge is read back
            before = store.size
            assert store.append(leaves_of(batch, before)) == range(before, before + batch)
    total = sum(batches)
    tree = Tree(map(leaf_hash, leaves_of(total)))
    with LogStore(path) as store:
        store.check()
        assert store.size == total
        assert store.root() == tree.root()
        start, stop = sorted(data.draw(st.integers(0, total)) for _ in range(2))
        assert list(store.leaves(start, stop)) == leaves_of(stop - start, start)
        if not total:
            return
        size = data.draw(st.integers(1, total))
        index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
        assert store.root(size) == tree.root(size)
        check_inclusion(tree.node(0, index), index, size, store.inclusion_proof(index, size), tree.root(size))
        check_consistency(old, size, tree.root(old), tree.root(size), store.consistency_proof(old, size))


def test_a_log_of_three_levels_of_tiles_is_read_back(path: Path) -> None:
    count = WIDTH * WIDTH + WIDTH + 3
    tree = Tree(map(leaf_hash, leaves_of(count)))
    with LogStore(path) as store:
        store.append(leaves_of(WIDTH * WIDTH - 1))
        for size in range(store.size, count, 130):
            store.append(leaves_of(min(130, count - size), size))
    with LogStore(path) as store:
        store.check()
        for size in (WIDTH * WIDTH - 1, WIDTH * WIDTH, WIDTH * WIDTH + 1, count):
            assert store.root(size) == tree.root(size)
            check_inclusion(tree.node(0, 77), 77, size, store.inclusion_proof(77, size), tree.root(size))
        check_consistency(300, count, tree.root(300), tree.root(), store.consistency_proof(300))


def test_a_batch_that_fails_leaves_the_log_as_it_was(path: Path) -> None:
    with LogStore(path) as store:
        store.append(leaves_of(300))
        root = store.root()
        with pytest.raises(StoreError):
            store.append([b"a", b"b\nc"])
        with pytest.raises((TypeError, ValueError)):
            store.append([b"a", None])  # type: ignore[list-item]
        store._connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON tile BEGIN SELECT raise(ABORT, 'disk full'); END"
        )
        with pytest.raises(sqlite3.Error):
            store.append(leaves_of(5))
        store._connection.execute("DROP TRIGGER full")
        assert (store.size, store.root()) == (300, root)
        store.append(leaves_of(300, 300))
        store.check()
        assert store.root() == Tree(map(leaf_hash, leaves_of(600))).root()


def test_a_second_process_is_refused_with_a_sentence(path: Path) -> None:
    with LogStore(path) as store:
        store.append(leaves_of(3))
        with pytest.raises(StoreError, match="another process has the log"):
            LogStore(path)
        other = f"from comity.ledger.store import LogStore\nLogStore({str(path)!r})"
        ran = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True)
        assert "another process has the log log.sqlite open" in ran.stderr
    with LogStore(path) as store:
        assert store.size == 3


def test_what_is_acknowledged_waits_for_the_disk(path: Path) -> None:
    """Killing a process loses nothing that the system has; only these settings keep it through a power cut."""
    with LogStore(path) as store:
        asked = [store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]
    assert asked == [2, "wal"]


def test_a_log_of_a_later_format_is_not_touched(path: Path) -> None:
    LogStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(StoreError, match="format 2"):
        LogStore(path)


def test_a_file_that_is_no_log_is_refused(path: Path) -> None:
    path.write_bytes(b"no database at all, but long enough to be looked at as one" * 20)
    with pytest.raises(StoreError, match="not a log"):
        LogStore(path)


def test_sizes_that_are_not_there_are_refused(path: Path) -> None:
    with LogStore(path) as store:
        store.append(leaves_of(5))
        for ask in (lambda: store.root(6), lambda: store.inclusion_proof(0, 6), lambda: list(store.leaves(0, 6))):
            with pytest.raises(StoreError):
                ask()
        with pytest.raises(ProofError):
            store.inclusion_proof(5)


@pytest.mark.parametrize("spoil", ["bundle", "tile", "cut"])
def test_a_change_behind_its_back_is_found(path: Path, spoil: str) -> None:
    with LogStore(path) as store:
        store.append(leaves_of(400))
    with sqlite3.connect(path) as connection:
        if spoil == "bundle":
            contents = connection.execute("SELECT contents FROM bundle WHERE position = ?", (BUNDLE,)).fetchone()[0]
            connection.execute(
                "UPDATE bundle SET contents = ? WHERE position = ?", (contents.replace(b"40", b"49"), BUNDLE)
            )
        elif spoil == "tile":
            connection.execute("UPDATE tile SET hashes = zeroblob(32) WHERE level = 1")
        else:
            connection.execute("UPDATE tile SET hashes = substr(hashes, 1, 33) WHERE level = 0 AND position = 1")
    connection.close()
    with pytest.raises(LedgerError), LogStore(path) as store:
        store.check()


def test_the_newest_checkpoint_is_kept(path: Path) -> None:
    with LogStore(path) as store:
        store.append(leaves_of(9))
        for size, note in ((4, b"four"), (9, b"nine"), (4, b"four, cosigned")):
            store.save_checkpoint(size, note)
        assert store.checkpoint() == b"nine"
        assert store.checkpoint(at_most=8) == b"four, cosigned"
        assert store.checkpoint(at_most=3) is None


# --- tiles, wherever they are kept ---


def test_a_tree_of_70_000_leaves_has_the_tiles_of_the_specification() -> None:
    """c2sp.org/tlog-tiles, "Partial Tiles": 273 full tiles, one of 112; one full tile of level 1, one of 17; one of 1."""
    kept: dict[tuple[int, int], bytes] = {}
    edge = Edge()
    for start in range(0, 70_000, 7_000):
        edge, tiles = edge.grown([leaf_hash(b"%d" % number) for number in range(start, start + 7_000)])
        kept |= {(tile.level, tile.position): tile.hashes for tile in tiles}
    widths = {key: len(hashes) // 32 for key, hashes in kept.items()}
    assert widths == {(0, n): 256 for n in range(273)} | {(0, 273): 112, (1, 0): 256, (1, 1): 17, (2, 0): 1}
    assert Edge.read(70_000, lambda level, position: kept[level, position]) == edge
    tree = Tree(leaf_hash(b"%d" % number) for number in range(70_000))
    nodes = TileNodes(lambda level, position: kept.get((level, position), b""))
    for level, index in ((0, 69_999), (3, 8_749), (8, 272), (9, 135), (16, 0)):
        assert nodes.node(level, index) == tree.node(level, index)


def test_an_edge_stays_as_it_is_for_when_the_writing_fails() -> None:
    edge, _ = Edge().grown([leaf_hash(b"%d" % number) for number in range(300)])
    before = Edge(edge.size, tuple(bytes(hashes) for hashes in edge.partial))
    once = edge.grown([leaf_hash(b"more")] * 300)
    assert edge == before
    assert edge.grown([leaf_hash(b"more")] * 300) == once
    assert edge.grown([]) == (edge, [])


def test_a_proof_reads_each_tile_once_and_at_most_two_of_a_level(path: Path) -> None:
    with LogStore(path) as store:
        store.append(leaves_of(WIDTH * WIDTH + WIDTH + 3))
        read: list[tuple[int, int]] = []

        def reading(level: int, position: int) -> bytes:
            read.append((level, position))
            return store._tile(level, position)

        for index in (0, 300, WIDTH * WIDTH, store.size - 1):
            read.clear()
            inclusion_proof(TileNodes(reading), index, store.size)
            assert len(read) == len(set(read))
            assert all([level for level, _ in read].count(wanted) <= 2 for wanted in range(3))


def test_tiles_that_are_missing_or_cut_off_are_told() -> None:
    for read in (lambda *_: b"", lambda *_: bytes(31)):
        with pytest.raises(ProofError):
            Edge.read(300, read)
        with pytest.raises(ProofError):
            TileNodes(read).node(8, 0)


# --- kill -9 ---

WRITER = textwrap.dedent(
    """
    import sys
    from comity.ledger.store import LogStore
    with LogStore(sys.argv[1]) as store:
        batch = 1
        print(store.size, flush=True)
        while True:
            batch = batch * 7 % 997 + 1
            start = store.size
            store.append([b'{"n":%d}' % number for number in range(start, start + batch)])
            print(store.size, flush=True)  # the acknowledgement
    """
)


def kill_while_it_writes(path: Path, moments: list[float]) -> None:
    for moment in moments:
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout
        assert writer.stdout.readline().strip(), "the writer did not start"
        time.sleep(moment)
        writer.kill()
        said = writer.stdout.read().split("\n")[:-1]
        writer.wait()
        writer.stdout.close()
        acknowledged = int(said[-1]) if said else 0
        with LogStore(path) as store:
            assert store.size >= acknowledged
            store.check()
            assert list(store.leaves()) == leaves_of(store.size)
            if acknowledged:
                roots = store.root(acknowledged), store.root()
                proof = store.consistency_proof(acknowledged)
                check_consistency(acknowledged, store.size, *roots, proof)


def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(path: Path) -> None:
    kill_while_it_writes(path, [0.05, 0.003, 0.11])


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_in_a_hundred_kills(path: Path) -> None:
    kill_while_it_writes(path, [(17 * number % 101) / 1000 for number in range(100)])
