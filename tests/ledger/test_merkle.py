"""The tree against a naive reading of RFC 9162, section 2.1, its published vectors, and proofs that were spoiled."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofError,
    Tree,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
)

# --- RFC 9162 read word by word: slow, recursive, over the list of leaves ---


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def naive_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def leaves_of(count: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(count)]


def tree_of(count: int) -> Tree:
    return Tree(map(leaf_hash, leaves_of(count)))


SIZES = st.integers(1, 70)


def test_every_root_and_proof_of_small_trees_is_that_of_the_standard() -> None:
    leaves, tree, frontier = leaves_of(20), tree_of(20), Frontier()
    for size in range(21):
        assert frontier.root() == tree.root(size) == naive_root(leaves[:size])
        for index in range(size):
            assert list(inclusion_proof(tree, index, size)) == naive_path(index, leaves[:size])
        for old in range(1, size + 1):
            assert list(consistency_proof(tree, old, size)) == naive_subproof(old, leaves[:size], True)
        if size < 20:
            frontier.append(leaf_hash(leaves[size]))


@given(st.data(), SIZES)
def test_every_proof_holds_and_a_spoiled_one_does_not(data: st.DataObject, size: int) -> None:
    leaves, tree = leaves_of(size), tree_of(size)
    index = data.draw(st.integers(0, size - 1))
    root, hashed = tree.root(), leaf_hash(leaves[index])
    proof = list(inclusion_proof(tree, index, size))
    assert proof == naive_path(index, leaves)
    check_inclusion(hashed, index, size, proof, root)
    spoil(data, proof, lambda spoiled: check_inclusion(hashed, index, size, spoiled, root))
    other = data.draw(st.integers(0, size - 1).filter(lambda i: i != index) if size > 1 else st.just(size))
    with pytest.raises(ProofError):
        check_inclusion(hashed, other, size, proof, root)
    with pytest.raises(ProofError):
        check_inclusion(leaf_hash(b"another"), index, size, proof, root)


@given(st.data(), SIZES)
def test_every_tree_is_shown_to_begin_with_any_earlier_one(data: st.DataObject, size: int) -> None:
    tree = tree_of(size)
    old = data.draw(st.integers(1, size))
    proof = list(consistency_proof(tree, old, size))
    assert proof == naive_subproof(old, leaves_of(size), True)
    roots = tree.root(old), tree.root(size)
    check_consistency(old, size, *roots, proof)
    spoil(data, proof, lambda spoiled: check_consistency(old, size, *roots, spoiled))
    rewritten = [*leaves_of(size)]
    rewritten[data.draw(st.integers(0, old - 1))] = b"rewritten"
    forged = Tree(map(leaf_hash, rewritten))
    with pytest.raises(ProofError):
        check_consistency(old, size, tree.root(old), forged.root(size), consistency_proof(forged, old, size))


def spoil(data: st.DataObject, proof: list[bytes], check: object) -> None:
    assert callable(check)
    spoiled = [[*proof, b"\0" * 32], [b"\0" * 32, *proof]]
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        bit = data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(proof[place], "big") ^ 1 << bit).to_bytes(32, "big")
        spoiled += [proof[:-1], proof[1:], [*proof[:place], flipped, *proof[place + 1 :]]]
        if proof[::-1] != proof:
            spoiled.append(proof[::-1])
    for wrong in spoiled:
        with pytest.raises(ProofError):
            check(wrong)


class Counting:
    """Counts what is read of a tree whose nodes all have one hash for their level."""

    def __init__(self) -> None:
        self.reads = 0

    def node(self, level: int, index: int) -> bytes:
        self.reads += 1
        hashed = b"\0" * 32
        for _ in range(level):
            hashed = node_hash(hashed, hashed)
        return hashed


@pytest.mark.parametrize("size", [10**6, 2**40 - 1, 2**62 + 12345])
def test_a_proof_reads_no_more_nodes_than_twice_the_bits_of_the_size(size: int) -> None:
    nodes = Counting()
    root = root_at(nodes, size)
    for index in (0, size // 3, size // 2, size - 1):
        nodes.reads = 0
        proof = inclusion_proof(nodes, index, size)
        assert nodes.reads <= 2 * size.bit_length()
        check_inclusion(b"\0" * 32, index, size, proof, root)
    for old in (1, size // 3, size - 1):
        nodes.reads = 0
        proof = consistency_proof(nodes, old, size)
        assert nodes.reads <= 2 * size.bit_length()
        check_consistency(old, size, root_at(nodes, old), root, proof)


@given(st.integers(0, 200), st.integers(0, 50))
def test_a_frontier_goes_on_from_what_it_remembered(first: int, more: int) -> None:
    leaves = leaves_of(first + more)
    frontier = Frontier()
    for leaf in leaves[:first]:
        frontier.append(leaf_hash(leaf))
    again = Frontier(frontier.size, frontier.peaks)
    for leaf in leaves[first:]:
        again.append(leaf_hash(leaf))
    assert again.root() == tree_of(first + more).root()
    assert len(again.peaks) == again.size.bit_count()


def test_a_frontier_refuses_a_memory_that_cannot_be() -> None:
    for size, peaks in ((3, [b"\0" * 32]), (1, [b"short"]), (-1, [])):
        with pytest.raises(ProofError):
            Frontier(size, peaks)


def test_nothing_is_proved_of_an_empty_tree() -> None:
    assert Tree().root() == EMPTY_ROOT == sha256(b"").digest()
    assert consistency_proof(tree_of(3), 0, 3) == ()
    with pytest.raises(ProofError):
        check_consistency(0, 3, EMPTY_ROOT, tree_of(3).root(), [])
    with pytest.raises(ProofError):
        inclusion_proof(Tree(), 0, 0)
    with pytest.raises(ProofError):
        consistency_proof(tree_of(3), 2, 1)
    with pytest.raises(ProofError):
        check_inclusion(b"\0" * 32, 0, 0, [], EMPTY_ROOT)


def test_equal_sizes_need_equal_roots_and_an_empty_proof() -> None:
    root = tree_of(5).root()
    check_consistency(5, 5, root, root, [])
    for other, proof in ((tree_of(4).root(), []), (root, [root])):
        with pytest.raises(ProofError):
            check_consistency(5, 5, root, other, proof)


def test_hashes_of_a_wrong_length_prove_nothing() -> None:
    hashed, root = leaf_hash(b"leaf 0"), tree_of(1).root()
    check_inclusion(hashed, 0, 1, [], root)
    for wrong in ((hashed[:31], root), (hashed, root + b"\0")):
        with pytest.raises(ProofError):
            check_inclusion(wrong[0], 0, 1, [], wrong[1])
    with pytest.raises(ProofError):
        Tree([b"short"])


def test_a_tree_refuses_nodes_that_are_not_complete() -> None:
    tree = tree_of(5)
    for level, index in ((0, 5), (1, 2), (2, 1), (9, 0)):
        with pytest.raises(ProofError):
            tree.node(level, index)


def _vectors(folder: Path, kind: str) -> list[dict[str, object]]:
    return [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((folder / "data/vectors/merkle/testdata" / kind).rglob("*.json"))
    ]


def _bytes(text: object) -> bytes:
    return base64.b64decode(str(text or ""))


def test_the_published_inclusion_vectors_pass(shared: Path) -> None:
    vectors = _vectors(shared, "inclusion")
    assert len(vectors) == 98
    for vector in vectors:
        proof = [_bytes(item) for item in vector["proof"] or []]  # type: ignore[attr-defined]
        given = (_bytes(vector["leafHash"]), vector["leafIdx"], vector["treeSize"], proof, _bytes(vector["root"]))
        assert _refuses(check_inclusion, *given) == vector["wantErr"], vector["desc"]


def test_the_published_consistency_vectors_pass(shared: Path) -> None:
    vectors = _vectors(shared, "consistency")
    assert len(vectors) == 98
    for vector in vectors:
        proof = [_bytes(item) for item in vector["proof"] or []]  # type: ignore[attr-defined]
        given = (vector["size1"], vector["size2"], _bytes(vector["root1"]), _bytes(vector["root2"]), proof)
        assert _refuses(check_consistency, *given) == vector["wantErr"], vector["desc"]


def _refuses(check: object, *given: object) -> bool:
    assert callable(check)
    try:
        check(*given)
    except ProofError:
        return True
    return False
