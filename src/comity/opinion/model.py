"""The response model: a probability of agreement for each statement anywhere in opinion space.

    P(agree | agree or disagree, position) = logistic(intercept_j + slopes_j . position),   position ~ N(0, I)

A multidimensional item response model with weakly informative priors (intercepts N(0, 4), slopes N(0, 1)), fitted by
variational Bayes with the bound of Jaakkola and Jordan (Statistics and Computing 2000), so that both people and statements keep
their uncertainty. No person's parameters are ever fitted globally: each round is a sum over people of integers (`Moments`,
fixed point), so order, partition and threads cannot matter, and the statements' parameters follow from published sums alone.
Passes carry no weight here: on every conversation tried, counting them as "in between" predicted hidden votes worse.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.arithmetic import cholesky, inverse_from, jacobi, leading_eigenvectors, product
from comity.opinion.chance import below, hash_ids, hash_pairs, mix, uniform
from comity.opinion.fitting import (
    BOUND,
    FIXED_POINT,
    PEOPLE_PER_SUM,
    change_axes,
    fixed_losses,
    maximise,
    padded,
    predict,
    round_of_people,
    start_positions,
)
from comity.opinion.kernels import opinions_by_person, votes_by_statement
from comity.opinion.lanes import width_for
from comity.opinion.tallies import Tallies, even_shares
from comity.opinion.votes import Votes

Array = npt.NDArray[Any]

INTERCEPT_VARIANCE = 4.0
SLOPE_VARIANCE = 1.0
ROUNDS_ON_SAMPLE = 18
ROUNDS_PER_TRIAL = 8
SAMPLE_VOTES = 250_000
STATEMENT_VOTES = 10_000_000
TRIAL_VOTES = 100_000
HIDDEN_SHARE = 10  # one vote in ten
HIDDEN_WANTED = 5_000  # small conversations hide several tenths in turn, so that the choice does not rest on luck
MOST_FOLDS = 5
WORTH_AN_AXIS = 0.001
"""Nats of log-loss per hidden vote that an axis must be worth, however certain the gain."""
_AUC_BINS = 2048


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Integer sums over people from which the statements' parameters follow.

    weights (n_statements, n_pairs) int64: sum over the people who agreed or disagreed of the bound's weight times the second
    moments of (1, position), packed by rows of the lower triangle; signs (n_statements, n_axes + 1) int64: sum of half the
    vote times the means of (1, position); both in units of 1 / FIXED_POINT. spread (n_pairs,) int64: sum over people of the
    second moments. answered (n_statements,) int64: agree or disagree votes. people: how many stand behind `spread`.
    """

    weights: npt.NDArray[np.int64]
    signs: npt.NDArray[np.int64]
    spread: npt.NDArray[np.int64]
    answered: npt.NDArray[np.int64]
    people: int


@dataclass(frozen=True, slots=True, eq=False)
class ResponseModel:
    """Parameters of every statement, with their covariance, and the convention of the axes.

    means (n_statements, n_axes + 1) float64: intercept, then slopes. covariances (n_statements, n_pairs) float64: packed lower
    triangle. active (n_statements,) bool: statements that take part and rest on enough votes; the others keep the prior.
    Axes: principal directions of the slopes weighted by votes, most important first; on each the slope of largest size
    (the lowest statement id on ties) is positive. People have mean 0 and variance 1 on each axis.
    """

    means: npt.NDArray[np.float64]
    covariances: npt.NDArray[np.float64]
    active: npt.NDArray[np.bool_]

    @property
    def n_axes(self) -> int:
        return int(self.means.shape[1]) - 1

    @property
    def intercepts(self) -> npt.NDArray[np.float64]:
        return self.means[:, 0]

    @property
    def slopes(self) -> npt.NDArray[np.float64]:
        return self.means[:, 1:]

    def second_moments(self) -> npt.NDArray[np.float64]:
        """(n_statements, n_pairs): mean of the products of the parameters, packed."""
        a, b = _pairs(self.n_axes)
        return self.covariances + self.means[:, a] * self.means[:, b]


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """Where people stand, with uncertainty.

    moments (n_participants, n_pairs) float64: packed second moments of (1, position); the prior where a person gave no
    agree or disagree on an active statement. placed (n_participants,) bool: whether they gave any.
    """

    moments: npt.NDArray[np.float64]
    placed: npt.NDArray[np.bool_]

    @property
    def n_axes(self) -> int:
        return axes_of(self.moments.shape[1])

    @property
    def means(self) -> npt.NDArray[np.float64]:
        """(n_participants, n_axes) float64: expected position."""
        return self.moments[:, [a * (a + 1) // 2 for a in range(1, self.n_axes + 1)]]

    def variances(self) -> npt.NDArray[np.float64]:
        """(n_participants, n_axes, n_axes) float64: covariance of each position."""
        d = self.n_axes
        mean = self.means
        full = np.empty((len(mean), d, d))
        for a in range(d):
            for b in range(a + 1):
                full[:, a, b] = self.moments[:, (a + 1) * (a + 2) // 2 + b + 1] - mean[:, a] * mean[:, b]
                full[:, b, a] = full[:, a, b]
        return full


@dataclass(frozen=True, slots=True)
class Trial:
    """Hidden votes predicted with a number of axes. loss: sum of the log-loss in units of 1 / FIXED_POINT nats; auc in 0..1;
    difference_error: standard error of the mean difference in log-loss from the best trial, nats.
    """

    axes: int
    loss: int
    auc: float
    difference_error: float


@dataclass(frozen=True, slots=True)
class AxesChoice:
    """The number of axes that the data supports, by prediction of hidden votes: the fewest axes within one standard error, or
    WORTH_AN_AXIS, of the best trial. plain: the statement's rate alone.
    """

    axes: int
    hidden: int
    plain: Trial
    trials: tuple[Trial, ...]


def axes_of(n_pairs: int) -> int:
    """Number of axes behind a packed length (n_axes + 1)(n_axes + 2) / 2."""
    d = 0
    while (d + 1) * (d + 2) // 2 < n_pairs:
        d += 1
    return d


def answerable(votes: Votes, floor: int = 1) -> npt.NDArray[np.bool_]:
    """(n_statements,) bool: statements that take part and have at least `floor` agree or disagree votes."""
    counts = votes_by_statement(votes.columns, votes.values, votes.n_statements)
    sided = counts[:, 0] + counts[:, 2]
    return np.array([s.takes_part for s in votes.statements], dtype=np.bool_) & (sided >= max(floor, 1))


def sample_of(votes: Votes, limit: int, seed: int, purpose: str) -> Votes:
    """People in the order of a hash of their ids until they have cast `limit` votes; everybody if they have fewer."""
    if votes.n_votes <= limit:
        return votes
    words = hash_ids(votes.participant_ids, seed, purpose)
    share = np.uint64(int(limit / votes.n_votes * 2**64))
    return votes.people(words < share)


def fit(
    votes: Votes, n_axes: int, *, seed: int = 0, floor: int = 1, threads: int = 1, tallies: Tallies | None = None
) -> tuple[ResponseModel, Votes]:
    """The response model with this many axes, and the people it was fitted to: a hash sample of at most SAMPLE_VOTES votes.

    `tallies`: of these votes, if the caller has them (they give the first axes). O(votes n_axes^2) time.
    """
    sample = sample_of(votes, SAMPLE_VOTES, seed, "basis")
    active = answerable(votes, floor)
    return rounds(
        sample, n_axes, active, ROUNDS_ON_SAMPLE, threads=threads, tallies=tallies if sample is votes else None
    ), sample


def rounds(
    votes: Votes, n_axes: int, active: Array, count: int, *, threads: int = 1, tallies: Tallies | None = None
) -> ResponseModel:
    """`count` rounds of expectation and maximisation from the axes of the tallies; axes by the convention."""
    first = _first_axes(tallies or Tallies.of(votes, threads=threads), n_axes, active)
    model, moments, _ = _rounds(votes, first, active, count, threads)
    return conventional(model, moments)[0]


@dataclass(frozen=True, slots=True, eq=False)
class _FirstAxes:
    """Leading eigenvectors of the tallies' Gram matrix (n_axes, n_statements), and each statement's mean vote (n_statements,)."""

    directions: npt.NDArray[np.float64]
    means: npt.NDArray[np.float64]

    def first(self, n_axes: int) -> _FirstAxes:
        return replace(self, directions=np.ascontiguousarray(self.directions[:n_axes]))


def _first_axes(tallies: Tallies, n_axes: int, active: Array) -> _FirstAxes:
    m = len(active)
    means = np.diagonal(tallies.sums) / np.maximum(np.diagonal(tallies.together), 1)
    if not n_axes:
        return _FirstAxes(np.zeros((0, m)), means)
    gram = tallies.gram() * active[:, None] * active[None, :]
    width = min(n_axes + 4, m)
    start = (uniform(mix(np.arange(width * m, dtype=np.uint64))) - 0.5).reshape(width, m)
    return _FirstAxes(leading_eigenvectors(np.ascontiguousarray(gram), start, 24), means).first(n_axes)


def _rounds(
    votes: Votes, first: _FirstAxes, active: Array, count: int, threads: int
) -> tuple[ResponseModel, Moments, npt.NDArray[np.float64]]:
    """The same on the axes as they fall, with the last moments and the positions under the last model."""
    n_axes = len(first.directions)
    state = _prior_state(votes.n_participants, n_axes)
    if n_axes:
        # centred votes times the axes, to one variance; .3 of uncertainty
        start_positions(votes.offsets, votes.columns, votes.values, active, first.means, first.directions, state)
    # the first round: every vote has the same weight, positions as they are
    nothing = np.zeros((votes.n_statements, n_axes + 1)), np.zeros((votes.n_statements, state.shape[1]))
    before = model = ResponseModel(*nothing, active)
    for done in range(count):
        inner = 0 if done == 0 else (3 if done == 1 else 1)
        moments = _pass(votes, before, model, state, inner=inner, threads=threads)
        before = model = maximised(moments, active)
        if n_axes:
            model = _whitened(before, moments)[0]
    return model, _pass(votes, before, model, state, inner=1, threads=threads), state


def place(votes: Votes, model: ResponseModel, *, threads: int = 1) -> Positions:
    """Positions of people under a held model; local to each person. O(votes n_axes^2) time."""
    state = _prior_state(votes.n_participants, model.n_axes)
    _pass(votes, model, model, state, inner=6, from_prior=True, sums=False, threads=threads)
    return Positions(state, _placed(votes, model.active))


def maximised(moments: Moments, active: Array) -> ResponseModel:
    """The statements' parameters that follow from moments. Statements that are not active keep the prior."""
    means, covariances = maximise(
        moments.weights, moments.signs, active, 1.0 / INTERCEPT_VARIANCE, 1.0 / SLOPE_VARIANCE, float(FIXED_POINT)
    )
    return ResponseModel(means, covariances, active)


def moments_of(votes: Votes, model: ResponseModel, state: Array, *, threads: int = 1) -> Moments:
    """Integer sums over people who stand where `state` (n_participants, n_pairs) says; see `Moments`."""
    return _pass(votes, model, model, state, inner=0, threads=threads)


def conventional(model: ResponseModel, moments: Moments) -> tuple[ResponseModel, Array, Array]:
    """The same model on axes by the convention (see `ResponseModel`); new position = turn . (old - shift)."""
    if not model.n_axes:
        return model, np.eye(0), np.zeros(0)
    whitened, turn, shift = _whitened(model, moments)
    turned, rotation = _principal(whitened, moments.answered)
    return turned, product(rotation, np.ascontiguousarray(turn)), shift


def choose_axes(votes: Votes, *, max_axes: int = 6, seed: int = 0, floor: int = 1, threads: int = 1) -> AxesChoice:
    """Number of axes by prediction of hidden votes.

    On a hash sample of at most TRIAL_VOTES votes one agree or disagree vote in ten is hidden (by a hash of person and statement)
    among people with ten or more votes; models with 0, 1, 2 ... axes are fitted to the rest, until two axes in a row
    have not been worth it.
    """
    sample = sample_of(votes, TRIAL_VOTES, seed, "axes")
    active = answerable(sample, floor)
    useful = min(max_axes, max(int(active.sum()) - 1, 0), max(sample.n_participants - 1, 0))
    folds = [hidden_votes(sample, seed, "hidden") & active[sample.columns]]
    hidden_in_one = int(folds[0].sum())
    if hidden_in_one < 30:
        return AxesChoice(0, hidden_in_one, Trial(-1, 0, 0.5, 0.0), ())
    further = range(1, min(MOST_FOLDS, -(-HIDDEN_WANTED // hidden_in_one)))
    folds += [hidden_votes(sample, seed, "hidden", fold) & active[sample.columns] for fold in further]
    agreed = np.concatenate([sample.values[hidden] > 0 for hidden in folds])
    trainings = [sample.rows(~hidden) for hidden in folds]
    first_axes = [_first_axes(Tallies.of(training, threads=threads), useful, active) for training in trainings]
    who_and_what = [(sample.persons[hidden], sample.columns[hidden]) for hidden in folds]
    rates = np.concatenate(
        [plain_rates(training)[what] for training, (_, what) in zip(trainings, who_and_what, strict=True)]
    )
    plain = Trial(-1, int(log_losses(rates, agreed).sum()), area_under_curve(rates, agreed), 0.0)
    losses: list[Array] = []
    areas: list[float] = []
    for n_axes in range(useful + 1):
        inner_threads = threads if len(folds) == 1 else 1

        def one_fold(fold: int, n_axes: int = n_axes, inner_threads: int = inner_threads) -> Array:
            training = trainings[fold]
            model, _, state = _rounds(training, first_axes[fold].first(n_axes), active, ROUNDS_PER_TRIAL, inner_threads)
            return predicted(model, Positions(state, _placed(training, active)), *who_and_what[fold])

        with ThreadPoolExecutor(max(1, threads)) as pool:
            chance = np.concatenate(list(pool.map(one_fold, range(len(folds)))))
        losses.append(log_losses(chance, agreed))
        areas.append(area_under_curve(chance, agreed))
        totals = [int(entry.sum()) for entry in losses]
        if n_axes >= 2 and all(
            totals[a - 1] - totals[a] < WORTH_AN_AXIS * FIXED_POINT * len(agreed) for a in (n_axes - 1, n_axes)
        ):
            break
    totals = [int(entry.sum()) for entry in losses]
    best = totals.index(min(totals))
    n_hidden = len(agreed)
    trials = []
    for n_axes, entry in enumerate(losses):
        difference = entry - losses[best]
        total, square = int(difference.sum()), int((difference * difference).sum())
        spread = max(square / n_hidden - (total / n_hidden) ** 2, 0.0)
        trials.append(Trial(n_axes, totals[n_axes], areas[n_axes], float(np.sqrt(spread / n_hidden)) / FIXED_POINT))
    chosen = next(
        t.axes
        for t in trials
        if (t.loss - totals[best]) / n_hidden / FIXED_POINT <= max(t.difference_error, WORTH_AN_AXIS)
    )
    return AxesChoice(chosen, n_hidden, plain, tuple(trials))


def plain_rates(votes: Votes) -> npt.NDArray[np.float64]:
    """(n_statements,) float64: (agrees + 1) / (agrees + disagrees + 2), which knows nothing of the person."""
    no, _, yes = votes_by_statement(votes.columns, votes.values, votes.n_statements).T
    return np.asarray((yes + 1.0) / (yes + no + 2.0))


def hidden_votes(votes: Votes, seed: int, purpose: str = "hidden", fold: int = 0) -> npt.NDArray[np.bool_]:
    """(n_votes,) bool: one in ten of the agree and disagree votes of people with ten or more votes, by hash.

    The ten folds 0..9 of one seed and purpose hide each such vote exactly once.
    """
    people = hash_ids(votes.participant_ids, seed, purpose)
    statements = hash_ids(votes.statement_ids, seed, purpose)
    words = hash_pairs(np.repeat(people, np.diff(votes.offsets)), statements[votes.columns])
    many = np.repeat(np.diff(votes.offsets) >= 10, np.diff(votes.offsets))
    hidden: npt.NDArray[np.bool_] = (below(words, HIDDEN_SHARE) == fold) & (votes.values != 0) & many
    return hidden


def predicted(model: ResponseModel, positions: Positions, people: Array, columns: Array) -> npt.NDArray[np.float64]:
    """(n,) float64: probability that the person agrees, given that they agree or disagree, uncertainty of both included."""
    return predict(
        model.means, model.second_moments(), positions.moments, people.astype(np.int64), columns.astype(np.int64)
    )


def area_under_curve(chance: Array, agreed: Array) -> float:
    """AUC from integer counts in 2,048 bins of the predicted probability; ties within a bin count one half."""
    bins = np.clip((chance * _AUC_BINS).astype(np.int64), 0, _AUC_BINS - 1)
    yes = np.bincount(bins[agreed], minlength=_AUC_BINS)
    no = np.bincount(bins[~agreed], minlength=_AUC_BINS)
    if not yes.sum() or not no.sum():
        return 0.5
    lower = np.concatenate(([0], np.cumsum(no)[:-1]))
    return int((2 * yes * lower + yes * no).sum()) / (2 * int(yes.sum()) * int(no.sum()))


def log_losses(chance: Array, agreed: Array) -> npt.NDArray[np.int64]:
    """(n,) int64: minus the logarithm of the probability given to what was answered, in units of 1 / FIXED_POINT nats."""
    return fixed_losses(np.ascontiguousarray(chance, dtype=np.float64), agreed)


def _pairs(n_axes: int) -> tuple[Array, Array]:
    a = np.array([i for i in range(n_axes + 1) for _ in range(i + 1)])
    b = np.array([j for i in range(n_axes + 1) for j in range(i + 1)])
    return a, b


def _placed(votes: Votes, active: Array) -> npt.NDArray[np.bool_]:
    return np.asarray(opinions_by_person(votes.offsets, votes.columns, votes.values, active) > 0)


def _prior_state(n_people: int, n_axes: int) -> npt.NDArray[np.float64]:
    state = np.zeros((n_people, (n_axes + 1) * (n_axes + 2) // 2))
    for a in range(n_axes + 1):
        state[:, a * (a + 1) // 2 + a] = 1.0
    return state


def _pass(
    votes: Votes,
    before: ResponseModel,
    model: ResponseModel,
    state: Array,
    *,
    inner: int,
    threads: int,
    from_prior: bool = False,
    sums: bool = True,
) -> Moments:
    """One round over people: `inner` steps of their positions (in place, in `state`), then the moments, zero without `sums`.

    `before`: the model on the axes of `state`; `model`: the same on the axes that positions are brought to. A logit and its mean
    square are the same on both, so the first step needs no positions on the new axes.
    """
    d, pairs, m = model.n_axes, state.shape[1], votes.n_statements
    old = padded(before.second_moments())
    new = old if model is before else padded(model.second_moments())
    slopes = padded(model.slopes)

    def part(bounds: tuple[int, int]) -> tuple[Array, Array, Array, Array]:
        rows = m if sums else 0
        weights, signs = np.zeros((rows, pairs), dtype=np.int64), np.zeros((rows, d + 1), dtype=np.int64)
        spread, answered = np.zeros(pairs + 1, dtype=np.int64), np.zeros(rows, dtype=np.int64)
        for first in range(bounds[0], bounds[1], PEOPLE_PER_SUM):
            some = np.zeros((rows, new.shape[1])), np.zeros((rows, width_for(d + 1))), np.zeros((1, new.shape[1]))
            spread[-1] += round_of_people(
                votes.offsets, votes.columns, votes.values, model.active, old, new, slopes, d, state, from_prior, inner, BOUND,
                first, min(first + PEOPLE_PER_SUM, bounds[1]), *some, answered,
            )  # fmt: skip
            for total, found in zip((weights, signs, spread[None, :-1]), some, strict=True):
                total += found[:, : total.shape[1]].astype(np.int64)
        return weights, signs, spread, answered

    shares = even_shares(votes.offsets, max(1, threads))
    if len(shares) == 1:
        parts = [part(shares[0])]
    else:
        with ThreadPoolExecutor(len(shares)) as pool:
            parts = list(pool.map(part, shares))
    weights, signs, spread, answered = (sum(entries[1:], entries[0]) for entries in zip(*parts, strict=True))
    return Moments(weights, signs, spread[:-1], answered, int(spread[-1]))


def _whitened(model: ResponseModel, moments: Moments) -> tuple[ResponseModel, Array, Array]:
    """The same model on axes where people have mean 0 and covariance I; and the turn and shift that take people there."""
    n_axes = model.n_axes
    people = max(moments.people, 1)
    mean = np.array([int(moments.spread[a * (a + 1) // 2]) / FIXED_POINT / people for a in range(1, n_axes + 1)])
    cov = np.empty((n_axes, n_axes))
    for a in range(n_axes):
        for b in range(a + 1):
            cov[a, b] = int(moments.spread[(a + 1) * (a + 2) // 2 + b + 1]) / FIXED_POINT / people - mean[a] * mean[b]
            cov[b, a] = cov[a, b]
    for a in range(n_axes):
        cov[a, a] = max(cov[a, a], 1e-6)
    lower, work, inverse = np.zeros((n_axes, n_axes)), np.zeros((n_axes, n_axes)), np.zeros((n_axes, n_axes))
    cholesky(cov, lower)
    inverse_from(lower, work, inverse)
    # position = mean + lower . new, so intercept' = intercept + slopes . mean and slopes' = lower' slopes
    return _changed_axes(model, lower, mean), np.tril(work), mean


def _principal(model: ResponseModel, answered: Array) -> tuple[ResponseModel, Array]:
    """The same model on principal axes of the slopes, with signs by the convention; and the turn (new = turn . old)."""
    n_axes = model.n_axes
    importance = np.where(model.active, answered, 0).astype(np.float64)
    spread = np.zeros((n_axes, n_axes))
    for a in range(n_axes):
        for b in range(n_axes):
            spread[a, b] = _dot3(importance, model.means[:, a + 1], model.means[:, b + 1])
    values, vectors = np.zeros(n_axes), np.zeros((n_axes, n_axes))
    jacobi(spread, values, vectors)
    turned = _changed_axes(model, vectors, np.zeros(n_axes))
    signs = np.ones(n_axes)
    for a in range(n_axes):
        size = np.where(model.active, np.round(np.abs(turned.means[:, a + 1]), 9), -1.0)
        signs[a] = -1.0 if turned.means[int(np.argmax(size)), a + 1] < 0.0 else 1.0
    vectors = vectors * signs[None, :]
    return _changed_axes(model, vectors, np.zeros(n_axes)), np.ascontiguousarray(vectors.T)


def _changed_axes(model: ResponseModel, matrix: Array, mean: Array) -> ResponseModel:
    means, covariances = change_axes(model.means, model.covariances, np.ascontiguousarray(matrix), mean)
    return replace(model, means=means, covariances=covariances)


@njit(cache=True, nogil=True)
def _dot3(a: Array, b: Array, c: Array) -> float:
    s = 0.0
    for i in range(len(a)):
        s += a[i] * b[i] * c[i]
    return s
