"""What a class predicts and answers: one vote a page and card, counted, bounded, nobody's name."""

import json

import pytest

from mnist_cnn.classroom.votes import VoteError, Votes
from mnist_cnn.lesson.chapters import CHAPTERS
from mnist_cnn.server.routes.classroom import votes_on_lesson

CARDS = [("convolution", "slide"), ("convolution", "kernel"), ("network", "slide")]
CARDS += [("flatten", "votes")]


def test_of_a_page_the_newest_vote_on_a_card_counts():
    votes = Votes(CARDS, ["flatten"])
    for voter, choice in (("ann", 0), ("ben", 2), ("ann", 1), ("ann", 1)):
        votes.predict(voter, "convolution", "slide", choice)
    votes.predict("ann", "convolution", "kernel", 2)
    votes.predict("ann", "network", "slide", 0)
    assert votes.counted()["predictions"] == {
        "convolution": {"slide": [0, 1, 1], "kernel": [0, 0, 1]},
        "network": {"slide": [1, 0, 0]},
    }
    assert "ann" not in json.dumps(votes.counted())


def test_answers_are_counted_as_wrong_and_right():
    votes = Votes(CARDS, ["flatten"])
    for voter, right in (("ann", False), ("ben", True), ("eve", True), ("ann", True)):
        votes.answer(voter, "flatten", right)
    assert votes.counted()["answers"] == {"flatten": [0, 3]}


@pytest.mark.parametrize("choice", [-1, 3])
def test_there_are_three_choices(choice):
    votes = Votes(CARDS, ["flatten"])
    with pytest.raises(VoteError, match="0 to 2"):
        votes.predict("ann", "flatten", "votes", choice)
    assert votes.counted()["predictions"] == {}


@pytest.mark.parametrize(
    ("chapter", "card"), [("flatten", "slide"), ("judge", "votes"), ("flatten", "question")]
)
def test_on_what_the_lesson_does_not_ask_nobody_votes(chapter, card):
    votes = Votes(CARDS, ["flatten"])
    with pytest.raises(VoteError, match="no such card"):
        votes.predict("ann", chapter, card, 0)
    with pytest.raises(VoteError, match="no such question"):
        votes.answer("ann", "network", True)
    assert votes.counted() == {"predictions": {}, "answers": {}}


def test_one_predicts_and_answers_what_the_lesson_asks():
    votes = votes_on_lesson()
    votes.predict("ann", "convolution", "slide", 0)
    with pytest.raises(VoteError, match="no such card"):
        votes.predict("ann", "convolution", "window", 0)  # a card that asks nothing
    for chapter in CHAPTERS:
        if chapter.startswith("what-it-"):
            continue  # they end without a question
        votes.answer("ann", chapter, True)
    with pytest.raises(VoteError, match="no such question"):
        votes.answer("ann", "what-it-keeps", True)


def test_voters_are_bounded_in_all_and_from_one_address_and_may_change_their_mind():
    votes = Votes(CARDS, max_voters=3, max_per_address=2)
    votes.predict("ann", "flatten", "votes", 0, "school")
    votes.predict("ben", "flatten", "votes", 0, "school")
    with pytest.raises(VoteError, match="No more"):
        votes.predict("eve", "flatten", "votes", 0, "school")
    votes.predict("ann", "flatten", "votes", 2, "school")
    votes.predict("eve", "flatten", "votes", 1, "home")
    with pytest.raises(VoteError, match="No more"):
        votes.predict("dan", "flatten", "votes", 1, "elsewhere")
    assert votes.counted()["predictions"]["flatten"]["votes"] == [1, 1, 1]


def test_a_refused_vote_is_no_change_and_clearing_is_one():
    votes, heard = Votes(questions=["flatten"], max_voters=0), []
    votes.listen(lambda: heard.append(votes.number))
    with pytest.raises(VoteError):
        votes.answer("ann", "flatten", True)
    assert heard == []
    votes.clear()
    assert heard == [2]
    assert votes.counted() == {"predictions": {}, "answers": {}}


def test_one_sees_what_others_read_once_one_has_read_it_oneself():
    votes = Votes(misread=[445])
    assert votes.read("ann", 445, 6) == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    votes.read("ben", 445, 0)
    assert votes.read("ann", 445, 0) == [1, 0, 0, 0, 0, 0, 1, 0, 0, 0]  # the first word holds
    for index, digit in ((446, 1), (445, 10), (445, -1)):
        with pytest.raises(VoteError, match="no such digit"):
            votes.read("eve", index, digit)
    votes.clear()
    assert votes.read("eve", 445, 3) == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]


def test_the_digits_to_read_are_those_that_are_shipped():
    votes = votes_on_lesson()
    assert sum(votes.read("ann", 445, 6)) == 1
    with pytest.raises(VoteError, match="no such digit"):
        votes.read("ann", 0, 7)  # the network reads the first one
