"""Elections in rounds: thresholds, restricted ballots, ties and lots."""

from __future__ import annotations

import pytest

from comity.rules.charter import Charter
from comity.rules.charter_file import load, read
from comity.rules.elections import Paper, counted, of_counts, run
from comity.rules.errors import RulesError
from comity.rules.snapshot import snapshot_of

ELECTORS = snapshot_of(f"e{n:03d}" for n in range(193))


def election(seats: int, elected: str, rounds: str, lots: bool = False, paper: str = "names") -> Charter:
    return read(
        f"""format = "comity-charter/1"
id = "e"
version = "1"
title = "E"
[[rule]]
id = "e"
title = "E"
certainty = "example"
[rule.election]
seats = {seats}
elected = "{elected}"
rounds = {rounds}
lots = {str(lots).lower()}
paper = "{paper}"
"""
    )


def papers(spec: str) -> list[Paper]:
    """`60:A+B 40:A 3:` is sixty papers for A and B, forty for A and three blank ones."""
    found: list[Paper] = []
    for token in spec.split():
        count, _, names = token.partition(":")
        found += [frozenset(names.split("+")) if names else frozenset()] * int(count)
    return found


def test_two_thirds_of_valid_papers_elect_and_blank_and_invalid_ones_do_not_count() -> None:
    ga = load("un-ga")
    first = papers("120:A+B+C 60:A+D+E 10: 3:A+B+C+D+E+F")
    found = run(ga, ELECTORS, [first], rule="elections")
    assert (found.rounds[0].valid, found.rounds[0].blank, found.rounds[0].invalid) == (180, 10, 3)
    assert [(c.name, c.votes, c.elected) for c in found.rounds[0].candidates][:4] == [
        ("A", 180, True),
        ("B", 120, True),
        ("C", 120, True),
        ("D", 60, False),
    ]
    assert (found.elected, found.seats_left) == (("A", "B", "C"), 2)
    assert found.next_field == ("D", "E")


def test_by_approval_a_paper_names_as_many_as_its_voter_likes_and_most_approvals_win() -> None:
    charter = election(2, "yes > 1/2 of cast", '["open"]', paper="approval")
    first = papers("40:A+B+C 30:B+C+D 20:D 10:")
    found = run(charter, ELECTORS, [first], eligible=["A", "B", "C", "D"])
    assert (found.rounds[0].valid, found.rounds[0].blank, found.rounds[0].invalid) == (90, 10, 0)
    assert [(c.name, c.votes, c.elected) for c in found.rounds[0].candidates] == [
        ("B", 70, True),
        ("C", 70, True),
        ("D", 50, False),
        ("A", 40, False),
    ]
    # The same papers without approval: three names are too many for two seats.
    assert run(election(2, "yes > 1/2 of cast", '["open"]'), ELECTORS, [first]).rounds[0].invalid == 70


def ranked(spec: str) -> list[Paper]:
    """`60:A>B 3:` is sixty papers with A before B, and three blank ones."""
    found: list[Paper] = []
    for token in spec.split():
        count, _, names = token.partition(":")
        found += [tuple(names.split(">")) if names else ()] * int(count)
    return found


def test_where_papers_rank_seats_go_in_the_order_of_preference_to_those_ranked_often_enough() -> None:
    charter = election(2, "yes > 1/2 of cast", '["open"]', paper="ranked")
    # Cy is first on most papers and last, or on none, on more: everybody else is put before.
    first = ranked("30:Cy 25:Bo>Ana>Cy 20:Ana>Bo 10:Ana>Bo>Di 5:")
    found = run(charter, ELECTORS, [first], eligible=["Ana", "Bo", "Cy", "Di"])
    made = found.rounds[0]
    assert (made.valid, made.blank, made.invalid) == (85, 5, 0)
    assert [(one.name, one.votes, one.elected) for one in made.candidates] == [
        ("Ana", 55, True),
        ("Bo", 55, True),
        ("Cy", 55, False),
        ("Di", 10, False),
    ]
    assert (found.elected, found.seats_left) == (("Ana", "Bo"), 0)


def test_a_ranking_that_names_somebody_twice_is_invalid() -> None:
    charter = election(1, "yes > 1/2 of cast", '["open"]', paper="ranked")
    found = run(charter, ELECTORS, [ranked("3:A>B 1:A>B>A 1:A>Z")], eligible=["A", "B"])
    assert (found.rounds[0].valid, found.rounds[0].invalid, found.elected) == (3, 2, ("A",))


def test_a_circle_of_preferences_without_a_weakest_link_is_a_tie() -> None:
    charter = election(1, "yes > 1/2 of cast", '["open"]', lots=True, paper="ranked")
    circle = ranked("2:A>B>C 2:B>C>A 2:C>A>B")
    assert run(charter, ELECTORS, [circle]).rounds[0].tied == ("A", "B", "C")
    assert run(charter, ELECTORS, [circle], lots=["B", "A", "C"]).elected == ("B",)


@pytest.mark.parametrize("paper", ["names", "approval", "ranked"])
def test_sums_of_papers_say_all_that_an_election_needs(paper: str) -> None:
    charter = election(1, "yes > 3/4 of cast", '["open", "top", "drop-last"]', paper=paper)
    rounds = [ranked(f"4:A>B 3:B>C 2:C 1:A>C {n}:D 1:") for n in (1, 2)]
    if paper != "ranked":
        rounds = [[frozenset(one) for one in papers] for papers in rounds]
    terms = charter.rule(None).election
    assert terms is not None
    names = list("ABCD")
    counts = []
    for papers in rounds:
        stands = of_counts(charter, ELECTORS, counts, eligible=names)
        counts.append(counted(reversed(papers), terms, stands))
    assert of_counts(charter, ELECTORS, counts, eligible=names) == run(charter, ELECTORS, rounds, eligible=names)


def test_restricted_and_unrestricted_ballots_alternate_in_threes() -> None:
    ga = load("un-ga")
    deadlock = papers("37:A 36:B 35:C 34:D 33:E 3:F 2:G 2:H 2:I 2:J 2:K")
    fields = [run(ga, ELECTORS, [deadlock] * n, rule="elections").next_field for n in range(1, 8)]
    top = tuple("ABCDEFGHIJK")  # twice five places; the last of them is tied, and none is left out by chance
    assert fields == [top, top, top, None, None, None, top]


def test_a_vote_outside_the_field_makes_a_paper_invalid() -> None:
    house = election(1, "yes > 1/2 of cast", '["open", "top"]')
    rounds = [papers("5:A 4:B 3:C"), papers("5:A 4:B 3:C")]
    found = run(house, ELECTORS, rounds)
    assert found.rounds[1].field == ("A", "B")
    assert (found.rounds[1].valid, found.rounds[1].invalid) == (9, 3)
    assert found.elected == ("A",)


def test_a_tie_for_the_last_seat_goes_to_a_further_round_among_those_tied() -> None:
    house = election(2, "yes >= 1/3 of cast", '["open"]')
    found = run(house, ELECTORS, [papers("5:A+B 5:A+C")])
    assert (found.elected, found.rounds[0].tied, found.next_field) == (("A",), ("B", "C"), ("B", "C"))
    again = run(house, ELECTORS, [papers("5:A+B 5:A+C"), papers("6:B 4:C")])
    assert (again.elected, again.seats_left) == (("A", "B"), 0)


def test_a_lot_is_an_input_and_is_said() -> None:
    house = election(2, "yes >= 1/3 of cast", '["open"]', lots=True)
    tie = papers("5:A+B 5:A+C")
    assert run(house, ELECTORS, [tie]).rounds[0].tied == ("B", "C")
    found = run(house, ELECTORS, [tie], lots=["C", "B"])
    assert (found.elected, found.rounds[0].by_lot) == (("A", "C"), ("C",))


def test_the_last_is_dropped_round_by_round() -> None:
    house = election(1, "yes > 1/2 of cast", '["open", "drop-last", "drop-last"]')
    rounds = [papers("5:A 4:B 3:C 1:D"), papers("5:A 5:B 3:C"), papers("6:A 7:B")]
    found = run(house, ELECTORS, rounds, eligible=list("ABCD"))
    assert [made.field for made in found.rounds] == [tuple("ABCD"), tuple("ABC"), tuple("AB")]
    assert found.elected == ("B",)


def test_a_paper_for_who_is_elected_already_is_invalid() -> None:
    house = election(2, "yes > 1/2 of cast", '["open"]')
    found = run(house, ELECTORS, [papers("9:A 1:B+C"), papers("5:A 4:B 1:C")])
    assert (found.rounds[1].valid, found.rounds[1].invalid) == (5, 5)
    assert found.elected == ("A", "B")


def test_order_of_papers_changes_nothing() -> None:
    house = election(2, "yes > 1/2 of cast", '["open", "top"]')
    first = papers("5:A+B 4:B+C 3:C+D 2:A")
    assert run(house, ELECTORS, [first]) == run(house, ELECTORS, [list(reversed(first))])


def test_what_is_no_election_or_comes_too_late_is_refused() -> None:
    with pytest.raises(RulesError, match="is no election"):
        run(load("un-ga"), ELECTORS, [], rule="ordinary")
    house = election(1, "yes > 1/2 of cast", '["open"]')
    with pytest.raises(RulesError, match="Round 2 comes after the last seat was filled"):
        run(house, ELECTORS, [papers("5:A"), papers("5:B")])
