"""What people said about themselves comes in with a Polis export, or with an invitation, and goes out as sums alone."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Collection

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from scipy.optimize import lsq_linear
from tests.office.consultations.conftest import Town, opened, publish, texts

from comity.ballot_box import Answer
from comity.groundwork.refusals import Refused
from comity.groundwork.translated import Text
from comity.office.consultations import actions
from comity.office.consultations.actions.consultations import SegmentAsked
from comity.office.consultations.box import bring_in_step, the_box
from comity.office.consultations.declared import FILE, read
from comity.office.consultations.faults import LISTED, FaultyFiles
from comity.office.consultations.models import Consultation, Invitation
from comity.office.consultations.queries.consultations import segments_of
from comity.office.consultations.queries.results import latest
from comity.office.consultations.vocabulary import LONGEST_ANSWER, LONGEST_QUESTION, MOST_LABELS, MOST_SEGMENTS

Browse = Callable[..., Client]
PEOPLE = 40
COMMENTS = "timestamp,comment-id,author-id,agrees,disagrees,moderated,comment-body\n" + "".join(
    f"1435654192085,{number},0,0,0,1,Statement {number}\n" for number in range(4)
)
VOTES = "timestamp,comment-id,voter-id,vote\n" + "".join(
    f"{1435654192085 + person},{number},{person},{1 if number < 2 or person % 2 else -1}\n"
    for person in range(PEOPLE)
    for number in range(4)
)
SAID = "participant,Where do you live?,Age\n" + "".join(
    f"{person},{'North' if person % 2 else 'South'},{'' if person < 3 else '9 or less' if person % 3 else '10 to 99'}\n"
    for person in range(PEOPLE)
)
COLUMN = "Where?"


def imported(town: Town, browse: Browse, said: str) -> Consultation:
    files = {"comments": COMMENTS, "votes": VOTES, "participants": said}
    uploads = {name: SimpleUploadedFile(f"{name}.csv", text.encode()) for name, text in files.items()}
    answer = browse(town.secretary).post("/en/consultations/import", {**uploads, "language": "en", "title": "Trees"})
    assert answer.status_code == 302, answer.context["form"].errors
    return Consultation.objects.get(id=answer.url.rpartition("/")[2])


def faults(content: str | bytes, known: Collection[int] = range(10)) -> list[str]:
    return [one.sentence for one in read(content if isinstance(content, bytes) else content.encode(), known)[1]]


def test_columns_become_questions_and_people_bring_what_they_said(town: Town, browse: Browse) -> None:
    made = imported(town, browse, SAID)
    asked = {s.question.original: [label.word.original for label in s.labels.all()] for s in segments_of(made)}
    assert asked == {"Where do you live?": ["North", "South"], "Age": ["9 or less", "10 to 99"]}
    assert the_box().traits(made.id, 5) == {"Where do you live?": "North", "Age": "9 or less"}
    assert the_box().traits(made.id, 0) == {"Where do you live?": "South"}
    counts = the_box().counts(made.id)
    assert (counts.participants, counts.votes) == (PEOPLE, 4 * PEOPLE)
    publish(made)
    shown = latest(made)
    assert shown is not None
    assert {segment.name: segment.sizes for segment in shown.result.segments}["Where do you live?"] == (20, 20)
    page = browse().get(f"/en/consultations/{made.id}/results").content.decode()
    assert "Where do you live?" in page
    assert "10 to 99" in page


def test_an_order_of_lines_that_says_nothing_changes_nothing() -> None:
    lines = SAID.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])])
    known = set(range(PEOPLE))
    assert read(SAID.encode(), known) == read(turned.encode(), known)
    assert read(SAID.replace("participant", "voter-id").replace(",", ";").encode(), known) == read(SAID.encode(), known)


def test_what_people_said_is_in_no_export_and_on_no_page_of_a_single_one(town: Town, browse: Browse) -> None:
    made = imported(town, browse, SAID)
    content = browse().get(f"/en/consultations/{made.id}/results/export.zip").getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert FILE not in archive.namelist()
        assert not any(b"North" in archive.read(name) for name in archive.namelist())


def test_who_is_asked_reads_that_published_answers_may_tell_who_said_what(town: Town, browse: Browse) -> None:
    made = imported(town, browse, SAID)
    warning = "say only what may be known"
    assert warning in browse().get(f"/en/consultations/{made.id}/about-me").content.decode()
    other = opened(town.actor(), segments=[SegmentAsked(question=Text.of("Where?"), labels=tuple(texts("A", "B")))])
    assert warning not in browse().get(f"/en/consultations/{other.id}/about-me").content.decode()


@pytest.mark.parametrize(
    ("file", "place", "what"),
    [
        (
            "participant,Where?\n1,A\n77,B\n",
            "line 3, column participant",
            "participant 77 is in none of the other files",
        ),
        ("participant,Where?\n1,A\n2,B\n1,B\n", "line 4, column participant", "participant 1 stands in line 2 already"),
        ("participant,Where?\n1,A\nfour,B\n", "line 3, column participant", "“four” is not the number"),
        ("participant,Where?\n1,A\n-2,B\n", "line 3, column participant", "“-2” is not the number"),
        ("participant,Where?\n1,A\n007,B\n", "line 3, column participant", "“007” is not the number"),
        ("participant,Where?\n1,A\n2,B,C\n", "line 3", "has 3 cells and the first line 2"),
        ('participant,Where?\n1,A\n2,"B\n', "line 3", "a quotation mark is opened"),
        (
            "participant,Where?\n1,A\n2,a\n3,B\n",
            "line 3, column Where?",
            "“a” differs from “A” in line 2 only in capitals",
        ),
        ("participant,Where?\n1,A\n2,A\n", "line 1, column Where?", "there is one answer only"),
        ("participant,Where?,Age\n1,A,\n2,B,\n", "line 1, column Age", "nobody said anything here"),
        ("participant,Where?,\n1,A,x\n2,B,y\n", "line 1, column 3", "the column has no name"),
        ("participant,Where?,where?\n1,A,x\n2,B,y\n", "line 1, column where?", "another column has this name"),
        ("participant\n1\n", "line 1", "no column says anything"),
        ("person,Where?\n1,A\n", "line 1", "one column has to be called participant"),
        ("participant,group-id,n-votes,0\n1,0,1,1\n", "line 1", "this is the file participants-votes.csv"),
        (f"participant,Where?\n1,A\n2,{'B' * (LONGEST_ANSWER + 1)}\n3,C\n", "line 3, column Where?", "characters"),
        (f"participant,{'Q' * (LONGEST_QUESTION + 1)}\n1,A\n2,B\n", "line 1, column QQQ", "characters"),
    ],
)
def test_a_fault_names_its_line_its_column_and_the_mend(file: str, place: str, what: str) -> None:
    found = faults(file)
    assert len(found) == 1, found
    assert found[0].startswith(f"{FILE}, {place}"), found
    assert what in found[0]
    assert found[0].endswith(".")


def test_too_many_questions_and_too_many_answers_are_faults() -> None:
    header = ",".join(f"Q{n}" for n in range(MOST_SEGMENTS + 1))
    row = ",".join("A" * (MOST_SEGMENTS + 1))
    (found,) = faults(f"participant,{header}\n1,{row}\n2,{row.replace('A', 'B')}\n")
    assert f"there are {MOST_SEGMENTS + 1} questions, and at most {MOST_SEGMENTS}" in found
    known = set(range(MOST_LABELS + 9))
    many = "participant,Where?\n" + "".join(f"{n},place {n}\n" for n in sorted(known))
    (found,) = faults(many, known)
    assert found.startswith(f"{FILE}, line {MOST_LABELS + 2}, column Where?: this is answer {MOST_LABELS + 1}")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"participant,Where?\n1,\xff\n", b"\n\n"])
def test_a_file_that_is_no_text_is_a_fault(content: bytes) -> None:
    (found,) = faults(content)
    assert FILE in found


def test_all_faults_of_all_files_are_named_at_once_each_beside_its_file_and_nothing_is_stored(
    town: Town, browse: Browse
) -> None:
    before, boxes = Consultation.objects.count(), the_box().consultations()
    votes = VOTES.replace("1435654192085,0,0,1", "1435654192085,0,0,maybe").replace(",1,3,1", ",1,3,7")
    said = "participant,Where?\n1,A\n99,B\n2,B\n2,A\n"
    files = {"comments": COMMENTS, "votes": votes, "participants": said}
    uploads = {name: SimpleUploadedFile(f"{name}.csv", text.encode()) for name, text in files.items()}
    answer = browse(town.secretary).post("/en/consultations/import", {**uploads, "language": "en"})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert len(errors["votes"]) == 2
    assert all(text.startswith("votes.csv, line ") for text in errors["votes"])
    assert len(errors["participants"]) == 2
    assert "99" in errors["participants"][0]
    assert "line 5" in errors["participants"][1]
    assert (Consultation.objects.count(), the_box().consultations()) == (before, boxes)


def test_a_page_of_faults_ends_and_says_how_many_more_there_are(town: Town, browse: Browse) -> None:
    said = "participant,Where?\n" + "".join(f"{1000 + n},{'AB'[n % 2]}\n" for n in range(LISTED + 20))
    with pytest.raises(FaultyFiles) as caught:
        actions.import_polis(
            by=town.actor(), comments=COMMENTS.encode(), votes=VOTES.encode(), participants=said.encode()
        )
    assert caught.value.count == LISTED + 20
    assert f"Further faults: {LISTED + 15}." in str(caught.value)
    listed = caught.value.listed()
    assert len(listed) == LISTED + 1
    assert listed[-1].sentence == "Further faults: 20."


@pytest.mark.slow
def test_published_answers_and_sums_together_tell_who_said_what(town: Town) -> None:
    """What docs/consultations.md warns of: a floor under each sum does not protect what people said once answers are public."""
    asked = [SegmentAsked(question=Text.of("Where?"), labels=tuple(texts("North", "East", "South")))]
    current = actions.create(
        by=town.actor(), title=Text.of("Open books"), languages=["en"], votes_published=True, segments=asked
    )
    count, people = 40, 60
    actions.seed(by=town.actor(), consultation=current.id, statements=texts(*(f"Idea {n}." for n in range(count))))
    actions.open_consultation(by=town.actor(), consultation=current.id)
    current.refresh_from_db()
    bring_in_step(current)
    chance = np.random.default_rng(7)
    votes = chance.choice([1, 0, -1], size=(people, count), p=[0.5, 0.15, 0.35])
    said = chance.choice(["North", "East", "South"], size=people)
    for who in range(people):
        answers = [Answer(n + 1, int(vote)) for n, vote in enumerate(votes[who])]
        the_box().cast(current.id, who, answers)
        the_box().declare(current.id, who, {"Where?": str(said[who])})
    publish(current)
    shown = latest(current)
    assert shown is not None
    (segment,) = shown.result.segments
    guesses = np.zeros((people, len(segment.labels)))
    for place in range(len(segment.labels)):
        rows, sums = [np.ones(people)], [segment.sizes[place]]
        for entry in shown.result.statements:
            (by_label,) = (part for part in entry.by_segment if part.name == "Where?")
            rate = by_label.rates[place]
            if rate is None:
                continue
            for vote, number in ((1, rate.agree), (-1, rate.disagree), (0, rate.passed)):
                rows.append((votes[:, int(entry.id) - 1] == vote).astype(float))
                sums.append(number)
        guesses[:, place] = lsq_linear(np.array(rows), np.array(sums), bounds=(0, 1)).x
    found = np.array(segment.labels)[guesses.argmax(axis=1)]
    assert (found == said).mean() >= 0.9
    assert max(Counter(said.tolist()).values()) / people < 0.5


# --- invitations ---


def inviting(town: Town) -> Consultation:
    asked = [
        SegmentAsked(question=Text.of("Where?"), labels=tuple(texts("North", "South"))),
        SegmentAsked(question=Text.of("Age?"), labels=tuple(texts("young", "old"))),
    ]
    return opened(town.actor(), entry="invited", segments=asked)


def codes_of(town: Town, browse: Browse, current: Consultation, **answers: str) -> list[str]:
    page = browse(town.secretary).post(
        f"/en/consultations/{current.id}/invite",
        {"count": 2, "days": 9, **{f"about-{key}": value for key, value in answers.items()}},
    )
    assert page.status_code == 200
    return re.findall(r"<li><code>([0-9A-Z]+)</code>", page.content.decode())


def test_an_invitation_carries_what_was_stated_and_who_comes_is_told_and_can_change_it(
    town: Town, browse: Browse
) -> None:
    current = inviting(town)
    where = segments_of(current)[0]
    north = where.labels.get(rank=0)
    code, other = codes_of(town, browse, current, **{where.id: north.id})
    assert the_box().counts(current.id).participants == 0
    guest = browse()
    page = guest.post(f"/en/consultations/{current.id}/join", {"code": code}, follow=True).content.decode()
    assert "Whoever invited you stated about you: Where?: North." in page
    participant = Invitation.objects.get(consultation=current, used_at__isnull=False).participant
    assert the_box().traits(current.id, participant) == {"Where?": "North"}
    assert the_box().counts(current.id).participants == 1
    guest.post(f"/en/consultations/{current.id}/about-me", {where.id: ""})
    assert the_box().traits(current.id, participant) == {}
    assert other != code


def test_invitations_state_only_what_the_consultation_asks(town: Town) -> None:
    current = inviting(town)
    labels = list(segments_of(current)[0].labels.all())
    for answers in (["no such answer"], [label.id for label in labels], [labels[0].id, labels[0].id]):
        with pytest.raises(Refused) as caught:
            actions.invite(by=town.actor(), consultation=current.id, count=1, answers=answers)
        assert caught.value.field == "answers"
    assert not Invitation.objects.filter(consultation=current).exists()


def test_whoever_sent_an_invitation_cannot_come_with_it_after_it_was_used_and_read_the_answers(
    town: Town, browse: Browse
) -> None:
    current = inviting(town)
    sent = codes_of(town, browse, current)[0]
    join = f"/en/consultations/{current.id}/join"
    guest, inviter, device = browse(), browse(town.secretary), browse()
    page = guest.post(join, {"code": sent}, follow=True).content.decode()
    own = re.search(r"only you know: ([0-9A-Z-]{14})\.", page)
    assert own is not None
    guest.post(f"/en/consultations/{current.id}/answer", {"statement": 1, "vote": "agree"})
    refused = inviter.post(join, {"code": sent})
    assert refused.status_code == 422
    assert "somebody has come with it already" in refused.content.decode()
    assert inviter.get(f"/en/consultations/{current.id}/mine").context["answers"] == []
    assert guest.get(f"{join}?code={sent}").url == f"/en/consultations/{current.id}/answer"
    assert device.post(join, {"code": own.group(1)}).status_code == 302
    answers = device.get(f"/en/consultations/{current.id}/mine").context["answers"]
    assert [given for _row, given in answers] == [Answer(1, 1)]
    assert "only you know" not in device.get(f"/en/consultations/{current.id}/answer").content.decode()
