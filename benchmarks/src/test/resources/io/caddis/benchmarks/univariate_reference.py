# SPDX-License-Identifier: Apache-2.0
# Copyright the Caddis authors
"""The reference that the streaming detector `univariate` is held against, in NumPy.

    series()      the streams to compare on, by name: times in ms since 1970, values [readings,
                  features], NaN where a value is missing
    CASES         the parameters to compare with, by detector
    reference()   what the detector says of each reading of a stream

The detector learns by reading; the reference has the whole stream at once. Averages are weighted
sums over all readings so far, a tail is fitted to the maxima of all blocks so far. Only what feeds
back into itself is followed reading by reading: mean and spread, whose step depends on themselves,
and what alarms leave behind.
"""
import numpy as np

CASES = {
    "univariate": [
        {},
        {"memory": 1000, "lasting": True},
        {"memory": 1000, "expected_alarms": 0.05},
        {"memory": 2500, "expected_alarms": 20},
    ]
}

# Evidence is minus the decimal logarithm of how often as much is expected.
NO_EVIDENCE, USUAL_EVIDENCE, MOST_EVIDENCE = -9, -3, 4
WARM_UP = 100
AFTER_ALARM, GROWTH = 1, 1.5
FADE, LEAST_FADE = 0.03, 30
RECENT, LONGER = 10, 30
BLOCK, LEAST_BLOCK = 0.02, 8
FLOOR, NEW_EXTREME = 0.005, 0.03
ROUNDING, LIMIT = 16, 1e30
REACH, SETTLING, SETTLED = 3, 20, 30
KEPT, ENOUGH, BOUNDED_FROM = 16, 3, 5
PRIOR_INDEX, PRIOR_WEIGHT = 0.3, 4
HOUR = 3_600_000
DAY, WEEK = 24, 168
DAYS, WEEKS = 10, 3
TRIAL, JUDGED, GAIN = 100, 500, 0.7
NEAR, WORST_ERROR = 2, 4


def average(values, span):
    """The mean of all so far, from `span` values on weighted by (1 - 1 / span) ** age."""
    first = np.cumsum(values[:span]) / np.arange(1, len(values[:span]) + 1)
    return np.append(first, fading_average(values[span:], span, first[-1])) if len(values) > span else first


def fading_average(values, span, begin):
    """Weighted by (1 - 1 / span) ** age, as if all before had been `begin`."""
    fading = (1 - 1 / span) ** np.arange(len(values) + 1)
    return np.convolve(values, fading)[: len(values)] / span + begin * fading[1:]


class Tail:
    """A Pareto tail of the block maxima to one side, as Hill (1975) and Weissman (1978) fit it."""

    def __init__(self):
        self.maxima = np.zeros(0, "f4")
        self.kept = 0

    def fit(self):
        logs = np.log(np.sort(self.maxima)[::-1][:KEPT].astype("f8"))
        self.kept = len(logs)
        if self.kept:
            self.lowest = logs[-1]
            excess = np.sum(logs[:-1] - self.lowest)
            self.index = (excess + PRIOR_WEIGHT * PRIOR_INDEX) / (self.kept - 1 + PRIOR_WEIGHT)

    def evidence(self, distances):
        if self.kept < ENOUGH:
            return np.full(len(distances), -np.inf)
        return ((np.log(distances) - self.lowest) / self.index - np.log(self.kept)) / np.log(10)

    def add(self, maximum, forgotten, bound):
        maximum = np.float32(maximum)
        if self.kept >= BOUNDED_FROM:
            most = np.exp(self.lowest + self.index * (bound * np.log(10) + np.log(self.kept)))
            maximum = min(maximum, np.float32(most))
            # A share of a Pareto tail's excursions less is the same as all of them smaller.
            self.maxima = self.maxima * np.float32((1 - forgotten) ** self.index)
        if maximum > 0:
            self.maxima = np.append(self.maxima, maximum)
        self.fit()


class Deviation:
    """A statistic's distance from its own mean in its own spread, and how rare that is."""

    def __init__(self):
        self.count, self.mean, self.spread = 0, 0.0, 0.0
        self.tails = Tail(), Tail()

    def score(self, values, floors, rates):
        """Of one block's readings: evidence, and mean and spread after each; NaN are left out."""
        readings = np.array([values, floors, rates])
        distances, means, spreads = (np.full(len(values), np.nan) for _ in range(3))
        known = np.flatnonzero(~np.isnan(values))
        unsettled = max(0, SETTLED - self.count)
        for i, value, floor, rate in zip(*(each.tolist() for each in (known, *readings[:, known]))):
            self.count += 1
            if self.count == 1:
                self.mean = value
            unit, away = max(self.spread, floor), value - self.mean
            distances[i] = away / unit if unit > 0 else 0
            reach = np.inf if self.count < SETTLING else REACH * unit
            learned = max(-reach, min(away, reach))
            weight = max(rate, 1 / self.count)
            self.mean += weight * learned
            self.spread += weight * (abs(learned) - self.spread)
            means[i], spreads[i] = self.mean, self.spread
        recorded = distances[known[unsettled:]]
        self.peaks = recorded.max(initial=0), -recorded.min(initial=0)

        evidence = np.full(len(values), -np.inf)
        for tail, sign in zip(self.tails, (1, -1)):
            there = sign * distances > 0
            evidence[there] = tail.evidence(sign * distances[there])
        within = np.abs(distances) < 1
        evidence[within] = np.minimum(evidence[within], USUAL_EVIDENCE)
        return evidence, means, spreads

    def close_block(self, forgotten, bound):
        for tail, peak in zip(self.tails, self.peaks):
            tail.add(peak, forgotten, bound)


def usual_values(times, values):
    """What the hour of the week, or else of the day, has led to expect; NaN where that is unknown."""
    means, visits = np.zeros(DAY + WEEK, "f4"), np.zeros(DAY + WEEK, int)
    usual = np.full(len(times), np.nan)
    hour, of_hour = None, []
    for i, at in enumerate(times // HOUR):
        usual[i] = next((means[place] for place in (DAY + at % WEEK, at % DAY) if visits[place]), np.nan)
        if np.isnan(values[i]):
            continue
        # An hour joins when another has begun: the first reading of that one is predicted without it.
        if at != hour and of_hour:
            for place, remembered in (hour % DAY, DAYS), (DAY + hour % WEEK, WEEKS):
                visits[place] = min(visits[place] + 1, remembered)
                means[place] += np.float32((np.mean(of_hour) - means[place]) / visits[place])
            of_hour = []
        hour = at
        of_hour.append(values[i])
    return usual


def blocks(readings, memory):
    """Begin and end of each block of the history, and whether it is whole."""
    begin = 0
    for end in range(1, readings + 1):
        whole = end - begin >= max(LEAST_BLOCK, int(BLOCK * min(end, memory)))
        if whole or end == readings:
            yield begin, end, whole
            begin = end


def ranges(values, rounding, low, high, seen):
    """The lowest and highest value before each, and after the last; one at most doubles the range."""
    lows, highs = [low], [high]
    for i, value in enumerate(values):
        growth = high - low if seen + i >= SETTLING and high - low > rounding[i] else np.inf
        low, high = max(min(low, value), low - growth), min(max(high, value), high + growth)
        lows.append(low)
        highs.append(high)
    return np.array(lows), np.array(highs)


def feature(times, given, memory, boundary, lasting):
    """What is left of the evidence at each reading of a feature, and what was expected."""
    known = np.isfinite(given)
    left, expected = np.full(len(given), float(NO_EVIDENCE)), np.full(len(given), np.nan)
    if not known.any():
        return left, expected
    clipped = np.clip(np.where(known, given, np.nan), -LIMIT, LIMIT)
    origin = clipped[known][0]
    usual = usual_values(times, clipped - origin)
    values = (clipped - origin)[known]
    rounding = ROUNDING * np.spacing(np.maximum(np.abs(clipped[known]), np.abs(values)))

    recent, away = average(values, RECENT), values - usual[known]
    predicted = ~np.isnan(away)
    away_average = np.full(len(values), np.nan)
    if predicted.any():
        away_average[predicted] = fading_average(away[predicted], RECENT, 0)
    steps = values - np.append(0, recent[:-1])
    statistics = values, recent, average(values, LONGER), steps, away, away_average
    deviations = [Deviation() for _ in statistics]
    rates = 1 / np.minimum(np.arange(1, len(values) + 1), memory)
    scored = np.zeros((len(statistics), 3, len(values)))
    floors, extremes = np.zeros(len(values)), np.full(len(values), -np.inf)
    low = high = 0.0
    for begin, end, whole in blocks(len(values), memory):
        here = slice(begin, end)
        lows, highs = ranges(values[here], rounding[here], low, high, begin)
        low, high = lows[-1], highs[-1]
        floors[here] = np.maximum(FLOOR * (highs - lows)[1:], rounding[here])
        beyond = np.maximum(values[here] - highs[:-1], lows[:-1] - values[here])
        new = beyond > rounding[here]
        with np.errstate(divide="ignore"):  # Of a feature at rest whatever is new is infinitely far.
            extremes[here][new] = np.log10(beyond[new] / (highs - lows)[:-1][new] / NEW_EXTREME)
        for i, deviation in enumerate(deviations):
            scored[i, :, here] = deviation.score(statistics[i][here], floors[here], rates[here])
        if whole:
            forgotten = min(1, (end - begin) / memory) if end > memory else 0
            for deviation in deviations:
                deviation.close_block(forgotten, boundary + AFTER_ALARM)
            low += (deviations[0].mean - low) * forgotten
            high += (deviations[0].mean - high) * forgotten

    evidence, means, spreads = scored.swapaxes(0, 1)
    worst = WORST_ERROR * np.maximum(spreads[0], floors)
    errors = [np.minimum(np.abs(error), worst)[predicted] for error in (away, values - means[0])]
    season, level = (average(error, JUDGED) for error in errors)
    # By the number of predictions so far.
    useful = np.append(False, (season < GAIN * level) & (np.arange(1, len(season) + 1) > TRIAL))

    unusual, unseasonal = evidence[:4].max(0), evidence[4:].max(0)
    spread_before = np.append(0, spreads[4][predicted][:-1])
    near = np.zeros(len(values), bool)
    near[predicted] = np.abs(away[predicted]) < NEAR * np.maximum(spread_before, floors[predicted])
    seasonal = predicted & useful[np.cumsum(predicted)]
    both = np.where(near, unseasonal, np.maximum(unusual, unseasonal))
    strongest = np.maximum(np.where(seasonal, both, unusual), extremes)
    left[known] = alarms(np.minimum(strongest, max(MOST_EVIDENCE, boundary + 1)) - boundary, memory, lasting)

    # What was expected, of missing values too, is said before a reading is learned.
    before, told = np.cumsum(known) - known, known & ~np.isnan(usual)
    by_season = useful[np.cumsum(told) - told] & ~np.isnan(usual)
    either = origin + np.where(by_season, usual, recent[np.maximum(before, 1) - 1])
    expected[before > 0] = either[before > 0]
    return left, expected


def alarms(above, memory, lasting):
    """What is left of evidence above the boundary after that of alarms before, which fades."""
    left = np.full(len(above), float(NO_EVIDENCE))
    flagged = 0.0
    for i in range(WARM_UP, len(above)):
        fade = max(LEAST_FADE, FADE * min(i + 1, memory))
        flagged *= fade / (fade + 1)
        left[i] = above[i] - (0 if lasting else flagged)
        if left[i] >= 0:
            flagged = above[i] + AFTER_ALARM
        elif above[i] >= 0:
            flagged = max(flagged, GROWTH * above[i])
    return np.maximum(left, NO_EVIDENCE)


def reference(detector, parameters, times, values):
    """A row a reading: raw score, score, the expected value and the contribution of each feature."""
    memory, lasting = parameters.get("memory", 10_000), parameters.get("lasting", False)
    boundary = np.log10(values.shape[1] / parameters.get("expected_alarms", 1))
    left, expected = zip(*(feature(times, each, memory, boundary, lasting) for each in values.T))
    left, expected = np.transpose(left), np.transpose(expected)
    raw = left.max(1)
    score = np.where(raw > NO_EVIDENCE, 1 / (1 + 10.0**-raw), 0)
    # The number of excursions expected of a feature is its odds of being the cause.
    odds = np.where(left > NO_EVIDENCE, 10.0 ** (left - raw[:, None]), 0)
    shares = odds / np.maximum(odds.sum(1), 1)[:, None] * score[:, None]
    return np.column_stack([raw, score, expected, shares])


MONDAY = 1_704_067_200_000


def series():
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

    random = np.random.default_rng(11)
    streams = {
        "seasons": seasons(random),
        "office-days": office_days(random),
        "changes": changes(random),
        "offsets": offsets(random),
    }
    for load in load_breast_cancer, load_diabetes, load_wine:
        rows = load().data[:, :10]
        rows = rows[random.permutation(len(rows))]
        streams[load.__name__[5:].replace("_", "-")] = (every(20, len(rows)), rows)
    return streams


def every(minutes, readings):
    return MONDAY + np.arange(readings) * int(minutes * HOUR / 60)


def seasons(random):
    """Weeks of a habit of the day that weekends break, and one that begins late and moves on."""
    times = every(15, 5_600)
    hour, day = times / HOUR % 24, (times - MONDAY) // (DAY * HOUR)
    noise = random.normal(size=(2, len(times)))
    habit = np.maximum(0, np.sin((hour - 6) / 12 * np.pi)) * np.where(day % 7 < 5, 10, 3)
    habit[day == 37] = 0
    first = habit + (0.3 + 0.05 * habit) * noise[0]
    first[random.choice(len(times), 12)] += 8
    first[4_200:] += 6
    second = np.where(day < 12, 0, 5 * np.cos((hour + np.where(day > 40, 9, 0)) / 12 * np.pi)) + noise[1]
    second[random.choice(len(times), 300)] = np.nan
    second[2_000:2_080] = np.nan
    return times, np.column_stack([first, second])


def office_days(random):
    """Read on weekdays only for four weeks, then every day; once not from one ten o'clock to the next."""
    times = every(20, 72 * 49)
    day = (times - MONDAY) // (DAY * HOUR)
    times = np.delete(times[(day % 7 < 5) | (day >= 28)], slice(249, 318))
    hour = times // HOUR % DAY
    day = (times - MONDAY) // (DAY * HOUR)
    values = np.where((hour >= 8) & (hour < 18), 20, 4) + 0.1 * day + random.gamma(2, size=len(times))
    values[random.choice(len(times), 10)] *= 3
    values[1_500:1_560] = values[1_500]
    return times, values[:, None]


def changes(random):
    """Level changes and spikes; a drift with bursts; counts that get stuck; a heavy tail."""
    n = 6_000
    at = np.arange(n)
    noise = random.normal(size=(3, n))
    level = noise[0] + 8 * (at > 1_300) - 20 * (at > 2_900) + 5 * (at > 4_500)
    level[[700, 1_700, 1_703, 2_400, 3_600, 3_640, 5_200]] += [15, -12, -14, 30, 12, 13, -40]
    level[3_900:3_960] += 6
    level[18:20] = 40, -70
    drift = 0.002 * at * (at > 800) + noise[1] * np.where((at // 250) % 9 == 7, 6, 1)
    counts = random.poisson(3, n) * 1e-4
    counts[1_000:1_400] = counts[1_000]
    counts[3_000:3_900] = 0
    counts[4_400:4_420] += 2e-3
    heavy = 1e3 * random.standard_t(1.5, n)
    return every(0.1, n), np.column_stack([level, drift, counts, heavy])


def offsets(random):
    """Little movement far from 0, missing values, long rest from the begin, values beyond all reason."""
    n = 3_000
    far = 1e9 + np.round(0.4 * random.standard_t(3, n), 2)
    far[2_000:] += 3
    rest = np.zeros(n)
    rest[300:] = random.exponential(size=n - 300) * (random.random(n - 300) < 0.2)
    missing = -5e5 + random.normal(size=n)
    missing[:60] = np.nan
    missing[random.choice(n, 200)] = np.nan
    missing[1_500] = np.inf
    beyond = random.normal(size=n)
    beyond[[2_800, 2_950]] = [3e31, -7e31]
    return every(1, n), np.column_stack([far, rest, missing, beyond])
