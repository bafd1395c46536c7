# SPDX-License-Identifier: Apache-2.0
# Copyright the Caddis authors
"""The reference that the streaming detectors of several features are held against, in NumPy.

    series()      the streams to compare on, by name: times in ms since 1970, values [readings,
                  features], NaN where a value is missing
    CASES         the parameters to compare with, by detector
    reference()   what the detector says of each reading of a stream

The detectors learn by reading. The reference keeps all readings: means, variances and covariances
are sums over what was learned, each term with the weight that later ones have left of it. Only
what feeds back into itself is followed reading by reading: the weights, which depend on the scores,
and what episodes leave behind.
"""
import numpy as np

CASES = {
    "mewma": [{"warm_up": 50}],
    "t2q": [{"warm_up": 50}],
    "stream_knn": [{"warm_up": 50}],
    "auto": [{}],
}

# Shares of the warm-up, and standard deviations of the statistic.
WARM_UP, STATISTIC_FROM, SCORED_FROM = 400, 0.5, 0.6
LIMIT, NEAR_LIMIT = 4, 2.5
HYSTERESIS, RESTING = 0.9, 0.75
GATE, SMOOTHED_GATE = 4, 2

# Readings that each later one is weighed against.
SLOWEST, SLOWEST_STATISTIC, REGIME_PACE = 4000, 100_000, 1000
REGIME = 2000

SERIAL, PERSISTENT = 0.3, 0.7
STRONGLY_DAMPED = 0.75
ATTRIBUTION_SHARE = 0.3
SAMPLED = 0.5

MAX_VALUE = 1e30
SMOOTHING = 0.1
ALIVE, STILL, LONGER = 100, 100, 10

BLOCK = 64
FIRST_RENEWAL, RENEWAL_SHARE, LEAST_RENEWAL, MOST_RENEWAL = 16, 4, 8, 1024
MAX_PHI = 0.9999
EARLY, TRIAL = 50, 200
SWEEPS = 3
LEAST_SHARE = 0.5
RIDGE, LEAST_VARIANCE, LEADING = 0.1, 0.05, 0.9

# By how much a spread is widened per missing independent reading, and how many count at most.
LITTLE, STRONG, SMOOTHED = (1, np.inf), (100, 400), (10, 400)

SHARE, FALL = 0.2, 4
KEPT, RELEARNED = 100, 400
LEAST_SPREAD = 1e-6

FEWEST, MEMORY, HOLD = 20, 60, 20
ALONG, SQUARED = 0.7, 0.64
SETTLING, UNUSED = 200, 200
FASTEST_REST, SLOWEST_REST = 50, 1000

UNIT_FEWEST, UNIT_SHARE, UNIT_TOLERANCE = 60, 0.05, 2
UNITS = 1e2, 1e3, 1e6, 1e-2, 1e-3, 1e-6
SWITCH = 4

MAX_ROWS, MAX_CELLS = 128, 1 << 15
GOLDEN, BITS = 0x9E3779B97F4A7C15, (1 << 64) - 1


def plant(random, readings, sensors):
    """Sensors of two slow causes, each with noise of its own."""
    causes = random.normal(size=(readings, 2))
    for i in range(1, readings):
        causes[i] += 0.8 * causes[i - 1]
    values = causes @ random.normal(size=(2, sensors)) + 0.3 * random.normal(size=(readings, sensors))
    return values / values.std(0)


def returning(random):
    """Faults that turn into others, go back part of the way and rest there, end slowly or at once."""
    values = plant(random, 3200, 6)
    faults = [
        (0, [700, 710, 790, 800], [0, 8, 8, 0]),
        (1, [790, 800, 900, 915, 2300, 2320], [0, 8, 8, 4, 4, 0]),
        # Where it rested before, just after that is forgotten.
        (1, [2514, 2515, 2540, 2541], [0, 4, 4, 0]),
        (0, [2600, 2610, 2690, 2700], [0, 8, 8, 0]),
        (1, [2690, 2700, 2705, 2730, 2900, 2920], [0, 7, 7, 3, 3, 0]),
        (4, [3099, 3100, 3102, 3103], [0, 60, 60, 4]),
    ]
    for sensor, times, heights in faults:
        values[:, sensor] += np.interp(np.arange(3200), times, heights)
    return values


def regime(random):
    """A fault that becomes usual; later all units change, and back; scales six powers apart."""
    values = plant(random, 5300, 4) + [20, 16, 24, 0]
    values[600:, 3] += 12
    # Somewhat less than a thousandfold: near to where it is no other unit.
    values[3900:4500, :2] *= [1e2, 520]
    values[3900:4210, 2] *= 1e6
    return values * [1e3, 1, 1e-3, 1]


def gaps(random):
    """Heavy tails, values missing, new, stuck or in turns; a tide without any noise."""
    values = plant(random, 2000, 6) + 0.1 * random.standard_t(2, (2000, 6))
    values[:600, 1] = np.nan
    values[::2, 2] = np.nan
    values[1::2, 3] = np.nan
    values[100:260, 4] = values[99, 4]
    values[:, 5] = np.repeat(values[::12, 5], 12)[:2000]
    values[1400:1600, 5] = values[1400, 5]
    values[:, :4][random.random((2000, 4)) < 0.03] = np.nan
    values[1700:1710, 0] = 1.05 * MAX_VALUE
    values = np.column_stack([values, np.sin(np.arange(2000) / 100)])
    values[1800] = np.nan
    return values


def still(random):
    """Sensors that have never moved when they first do."""
    values = np.ones((200, 3))
    values[120:] += random.integers(0, 2, (80, 3))
    return values


def wide(random):
    """More features than are decorrelated together; two come just before and after it is late."""
    values = plant(random, 160, 300)
    values[: EARLY - 1, 0] = values[:EARLY, 1] = np.nan
    return values


def series():
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

    random = np.random.default_rng(7)
    made = {each.__name__: each(random) for each in (returning, regime, gaps, still, wide)}
    for load in load_breast_cancer, load_diabetes, load_wine:
        rows = load().data
        made[load.__name__[5:].replace("_", "-")] = rows[random.permutation(len(rows))]
    return {name: (np.arange(len(values)) * 60_000, values) for name, values in made.items()}


class Learned:
    """Rows, and of each the weight that is left of it: a new one takes its rate from all before."""

    def __init__(self, most, columns):
        self.rows, self.weights, self.count = np.zeros((most, columns)), np.zeros(most), 0

    def learn(self, row, rate):
        self.weights[: self.count] *= 1 - rate
        self.rows[self.count], self.weights[self.count] = row, rate
        self.count += 1

    def moments(self):
        """Mean and variance of each column."""
        rows, weights = self.rows[: self.count], self.weights[: self.count]
        mean = weights @ rows
        return mean, weights @ (rows - mean) ** 2


class Model:
    """Levels, spreads and correlations, and readings decorrelated by them."""

    def __init__(self, most, features, subspace):
        self.subspace = subspace
        self.count, self.rows, self.renewal = 0.0, 0, FIRST_RENEWAL
        self.means, self.known = np.full(features, np.nan), np.zeros(features)
        self.seen = np.zeros(features, int)
        self.deviations, self.before, self.rates, self.weights = np.zeros((4, features, most))
        self.variances, self.phi = np.zeros((2, features))
        self.independent = np.ones(features)
        self.whitening = np.zeros((features, features))

    def ready(self):
        return self.renewal > FIRST_RENEWAL

    def deviation(self, reading, levels):
        return reading - np.where(np.isnan(levels) | (self.seen < TRIAL), self.means, levels)

    def white(self, reading, levels, damping):
        """The reading, decorrelated, and the spreads it was divided by."""
        factor, most = damping
        deviation = self.deviation(reading, levels)
        missing = np.isnan(deviation)
        known = np.where(missing, 0, deviation)
        # Widened by the reading itself, and by how few independent ones have shown the spread.
        widened = 1 + factor / (min(self.count, most) * self.independent)
        spreads = np.sqrt((self.variances + known**2 / self.count) * widened)
        missing |= self.seen < TRIAL
        white = self.whitening @ np.where(missing, 0, known / np.where(spreads > 0, spreads, 1))
        # To each missing value, in turns, the one at which the distance is least.
        for j in [*missing.nonzero()[0]] * SWEEPS:
            white -= self.whitening[j] * (self.whitening[j] @ white) / self.curvature[j]
        return white, spreads

    def log_distance(self, white):
        """Less what it is too large by because correlations are estimated (Hotelling)."""
        return np.log1p(white @ white * max(LEAST_SHARE, 1 - len(self.means) / self.count))

    def expected(self, reading, levels, white, spreads):
        """Where the distance of each value would be least, given the others."""
        trial = self.seen < TRIAL
        level = np.where(np.isnan(levels) | trial, self.means, levels)
        if not self.ready():
            return level
        missing = np.isnan(reading) | trial
        steps = np.where(missing | (spreads == 0), 0, (reading - level) / np.where(spreads > 0, spreads, 1))
        rest = self.whitening @ steps
        for j in [*missing.nonzero()[0]] * SWEEPS:
            step = self.whitening[j] @ rest / self.curvature[j]
            steps[j] -= step
            rest -= self.whitening[j] * step
        nearest = reading - self.whitening @ white / self.curvature * spreads
        return np.where(missing, level + steps * spreads, nearest)

    def learn(self, reading, levels, weight, slowest):
        """Whether a new feature takes part from now on."""
        i = self.rows
        self.rows, self.count = self.rows + 1, self.count + weight
        present = ~np.isnan(reading)
        new = present & np.isnan(self.means)
        self.means[new] = reading[new]
        self.seen[new] = TRIAL if self.rows <= EARLY else 0
        deviation = np.where(present, self.deviation(reading, levels), 0)
        trial = present & (self.seen < TRIAL)
        self.seen[trial] += 1
        rates = np.where(trial, 1 / np.maximum(self.seen, 1), weight / max(self.count, slowest)) * present
        self.rates[:, i], self.deviations[:, i], self.before[:, i] = rates, deviation, self.known
        self.known = np.where(present, deviation, self.known)
        if rates.any():
            self.means += np.where(np.isnan(levels) | (self.seen < TRIAL), rates * deviation, 0)
            # What is left of the product of two deviations from a mean that it has moved itself.
            self.weights[:, :i] *= 1 - rates[:, None]
            self.weights[:, i] = rates * (1 - rates)
            self.sum_up()
        if self.rows >= self.renewal:
            step = min(MOST_RENEWAL, max(LEAST_RENEWAL, self.rows // RENEWAL_SHARE))
            self.renewal = self.rows + step
            self.renew()
        return (trial & (self.seen == TRIAL)).any()

    def sum_up(self):
        weighted = self.weights[:, : self.rows] * self.deviations[:, : self.rows]
        self.variances = np.einsum("jn,jn->j", weighted, self.deviations[:, : self.rows])
        lagged = np.einsum("jn,jn->j", weighted, self.before[:, : self.rows])
        phi = lagged / np.where(self.variances > 0, self.variances, np.inf)
        self.phi = np.minimum(np.maximum(phi, 0), MAX_PHI)
        self.independent = (1 - self.phi) / (1 + self.phi)

    def renew(self):
        for start in range(0, len(self.means), BLOCK):
            block = slice(start, start + BLOCK)
            rates, deviations = self.rates[block, : self.rows], self.deviations[block, : self.rows]
            # A pair is learned when both are there, at the pace of the newer of the two.
            both = (rates[:, None] > 0) & (rates > 0)
            rates = np.maximum(rates[:, None], rates) * both
            weights = rates * np.cumprod(1 - rates[..., ::-1], axis=2)[..., ::-1]
            covariance = np.einsum("jkn,jn,kn->jk", weights, deviations, deviations)
            self.whitening[block, block] = self.root(covariance)
        self.curvature = (self.whitening**2).sum(1)

    def root(self, covariance):
        """The power -1/2 of the correlation matrix with a ridge."""
        spreads = np.sqrt(np.diag(covariance))
        products = np.outer(spreads, spreads)
        matrix = (1 - RIDGE) * covariance / np.where(products > 0, products, np.inf)
        np.fill_diagonal(matrix, 1)
        variances, vectors = np.linalg.eigh(matrix)
        variances = np.maximum(variances, LEAST_VARIANCE)
        if self.subspace:
            held = np.cumsum(variances[::-1])
            leading = np.searchsorted(held, LEADING * len(variances)) + 1
            # As many as are no smaller: rounding must not choose among equals.
            residual = variances < variances[-leading] * (1 - 1e-9)
            if residual.any():
                variances[residual] = variances[:-leading].mean()
        return vectors / np.sqrt(variances) @ vectors.T

    def rescale(self, feature, factor):
        self.means[feature] *= factor
        self.known[feature] *= factor
        self.deviations[feature] *= factor
        self.before[feature] *= factor
        self.sum_up()


class Statistic:
    """The distance as it is and smoothed, on the scale of its own history."""

    def __init__(self, most):
        self.history, self.values = Learned(most, 2), None
        self.means, self.spreads = np.zeros((2, 2))
        self.learned, self.relearning = 0.0, 0

    def add(self, value):
        smoothed = value if self.values is None else self.values[1]
        fall = (smoothed - value) / max(self.spreads[0], LEAST_SPREAD)
        falls = self.learned >= KEPT and fall > FALL
        share = 1 - (1 - SHARE) * FALL / fall if falls else SHARE
        self.values = np.array([value, smoothed + share * (value - smoothed)])

    def deviations(self):
        return (self.values - self.means) / np.maximum(self.spreads, LEAST_SPREAD)

    def learn(self, weight, slowest):
        self.learned += weight
        rate = weight / (self.learned if self.relearning else max(self.learned, slowest))
        if rate > 0:
            self.relearning = max(0, self.relearning - 1)
            self.history.learn(self.values, rate)
            self.means, variances = self.history.moments()
            self.spreads = np.sqrt(variances)

    def relearn(self):
        self.learned, self.relearning = min(self.learned, KEPT), RELEARNED

    def settle(self):
        self.values[1] = min(self.values[1], self.means[1])


class Persistence:
    """Lag-one autocorrelation of the distance."""

    def __init__(self, most):
        self.history = Learned(most, 2)
        self.learned, self.mean, self.before, self.phi = 0.0, 0, 0, 0

    def learn(self, distance, weight, slowest):
        self.learned += weight
        rate = weight / max(self.learned, slowest)
        if rate > 0:
            difference = distance - self.mean
            self.history.learn([distance, (1 - rate) * difference * self.before], rate)
            (self.mean, lagged), (variance, _) = self.history.moments()
            self.before = difference
            self.phi = max(-1, min(1, lagged / variance)) if variance > 0 else 0


class Recovery:
    """Where the sensor came to rest after an episode that did not end where it began."""

    def __init__(self, features):
        self.levels, self.direction = np.full(features, np.nan), np.zeros(features)
        self.active, self.back, self.settling, self.unused, self.age = False, 0, 0, 0, 0

    def in_use(self):
        return self.active and not self.unused

    def used(self, nearer):
        self.unused = 0 if nearer else self.unused + 1
        if self.unused > UNUSED:
            self.active, self.settling, self.unused = False, 0, 0
            self.levels = np.full(len(self.levels), np.nan)

    def rest(self, smoothed):
        self.back = 0
        if self.active and self.settling:
            self.settling -= 1
            self.levels = smoothed.copy()
        elif self.active:
            self.age = min(self.age + 1, SLOWEST_REST)
            levels = np.where(np.isnan(self.levels), smoothed, self.levels)
            self.levels = levels + (smoothed - levels) / max(FASTEST_REST, self.age)

    def returned(self, episode, white, smoothed):
        length = self.direction @ self.direction
        nearer = self.direction @ white < ALONG * length and white @ white < SQUARED * length
        if episode > FEWEST and nearer:
            self.back += 1
        else:
            self.back = 0
            self.direction = self.direction + (white - self.direction) / min(episode, MEMORY)
        if self.back < HOLD:
            return False
        self.active, self.back, self.settling, self.unused, self.age = True, 0, SETTLING, 0, 0
        self.levels = smoothed.copy()
        return True


class Reservoir:
    """A random sample of usual readings, as 32-bit differences from the first."""

    def __init__(self, features):
        self.anchor, self.offered = np.full(features, np.nan), 0
        self.capacity = min(MAX_ROWS, MAX_CELLS // features)
        self.rows = np.zeros((0, features), np.float32)

    def offer(self, reading):
        self.offered += 1
        full = len(self.rows) == self.capacity
        place = split_mix((self.offered - 1) * GOLDEN & BITS) % self.offered if full else len(self.rows)
        if place < self.capacity:
            self.anchor = np.where(np.isnan(self.anchor), reading, self.anchor)
            row = (reading - self.anchor).astype(np.float32)
            self.rows = np.vstack([self.rows[:place], row, self.rows[place + 1 :]])

    def nearest(self, reading, spreads):
        """How far the reading is from the nearest row, in spreads; 0 where either is missing."""
        differences = np.nan_to_num(reading - self.anchor - self.rows.astype(float))
        far = differences / np.where(spreads > 0, spreads, np.inf)
        return far[(far**2).sum(1).argmin()]


def split_mix(seed):
    """The first number of the generator SplitMix (Steele, Lea, Flood 2014)."""
    mixed = seed + GOLDEN & BITS
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & BITS
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & BITS
    return mixed ^ mixed >> 31


def recent(values):
    """Exponentially weighted mean and variance of each feature up to each reading."""
    # Of values older than a thousand nothing is left; the first has the weight of all before it.
    weights = UNIT_SHARE * (1 - UNIT_SHARE) ** np.arange(1000)
    means, variances = np.full((2, *values.shape), np.nan)
    for j, column in enumerate(values.T):
        present = ~np.isnan(column)
        latest = np.cumsum(present) - 1
        first = column[present.argmax()]
        moved, squared = (np.convolve((column[present] - first) ** power, weights) for power in (1, 2))
        means[:, j] = np.where(latest < 0, np.nan, first + moved[latest])
        variances[:, j] = (squared - moved**2)[latest]
    return means, variances


def unit_factor(mean, variance, recent_mean, recent_variance):
    """By which power of ten both the size and the spread of the last values are larger, or 1."""
    if not (variance < SWITCH * mean**2 and recent_variance < SWITCH * recent_mean**2):
        return 1
    size, spread = abs(recent_mean / mean), np.sqrt(recent_variance / variance)
    for factor in UNITS:
        # Some twenty readings tell little of the spread of a feature that seldom moves.
        most = max(factor, 1 / factor) ** 0.5
        if max(size / factor, factor / size) < UNIT_TOLERANCE and max(spread / factor, factor / spread) < most:
            return factor
    return 1


def usable(values):
    """The readings without what cannot be used, and smoothed; of stuck features nothing is used."""
    used = np.where(np.abs(values) <= MAX_VALUE, values, np.nan)
    stuck = np.zeros(values.shape, bool)
    for j, column in enumerate(used.T):
        present = np.flatnonzero(~np.isnan(column))
        moves = np.flatnonzero(np.diff(column[present], prepend=np.nan) != 0)
        longest = 0
        for move, (start, end) in enumerate(zip(moves, [*moves[1:], len(present)]), 1):
            allowed = max(STILL, LONGER * longest) if move >= ALIVE else len(values)
            stuck[present[start + allowed : end], j] = True
            if end - start <= allowed:
                longest = max(longest, end - start - 1)
    used[stuck] = np.nan
    smoothed, latest = np.empty_like(used), np.full(used.shape[1], np.nan)
    afresh = np.ones(used.shape[1], bool)
    for i, row in enumerate(used):
        afresh |= stuck[i]
        moved = np.where(afresh, row, latest + SMOOTHING * (row - latest))
        latest = smoothed[i] = np.where(np.isnan(row), latest, moved)
        afresh &= np.isnan(row)
    return used, smoothed


class Detector:
    def __init__(self, method, warm_up, values):
        most, features = values.shape
        self.near, self.warm_up = method == "stream_knn", warm_up
        self.used, self.smoothed = usable(values)
        self.recent = recent(self.used)
        self.model = Model(most, features, method == "t2q")
        self.smoothed_model = Model(most, features, False)
        self.statistic, self.persistence = Statistic(most), Persistence(most)
        self.recovery, self.reservoir = Recovery(features), Reservoir(features)
        # Levels that are not known are those of the means.
        self.means = np.full(features, np.nan)
        self.rested, self.white, self.spreads = False, np.zeros(features), np.zeros(features)
        self.squares, self.serial, self.readings, self.episode = np.zeros(features), False, 0, 0
        self.raw, self.score = 0.0, 0.0

    def next(self, i):
        """Raw score, score, expected values and contributions of a reading."""
        reading = self.used[i]
        if not np.isnan(reading).all():
            self.take(i, reading, np.where(np.isnan(reading), np.nan, self.smoothed[i]))
        total = self.squares.sum()
        shares = self.squares / total if total > 0 else np.full(len(reading), 1 / len(reading))
        levels = self.recovery.levels if self.rested else self.means
        expected = self.model.expected(reading, levels, self.white, self.spreads)
        return self.raw, self.score, *expected, *self.score * shares

    def take(self, i, reading, smoothed):
        self.readings += 1
        weight = 1.0
        if self.model.ready():
            distance, own = (self.nearest if self.near else self.distance)(reading, smoothed)
            self.statistic.add(distance)
            judged = self.judge() if self.readings > SCORED_FROM * self.warm_up else 1
            weight = judged if self.readings > self.warm_up else 1
            if self.readings > STATISTIC_FROM * self.warm_up:
                slowest = self.slowest(SLOWEST_STATISTIC, REGIME_PACE if self.near else SLOWEST_STATISTIC)
                self.statistic.learn(weight, slowest)
                self.persistence.learn(own, weight, slowest)
            if self.readings > self.warm_up and not self.near:
                self.recover(i, smoothed)
        levels = self.recovery.levels if self.recovery.in_use() else self.means
        slowest = self.slowest(SLOWEST, REGIME_PACE)
        if self.episode > REGIME:
            for model in self.model, self.smoothed_model:
                model.count = min(model.count, REGIME_PACE)
        if self.model.learn(reading, levels, weight, slowest):
            self.statistic.relearn()
        self.serial = self.model.phi.max() > SERIAL
        if not self.near:
            self.smoothed_model.learn(smoothed, levels, weight, slowest)
        elif weight > SAMPLED:
            self.reservoir.offer(reading)

    def slowest(self, usual, new_regime):
        if self.readings <= self.warm_up:
            return 1
        return new_regime if self.episode > REGIME else usual

    def distance(self, reading, smoothed):
        """From the nearer of the levels where the sensor may usually be; and of the reading alone."""
        distance, own, self.white, self.spreads = self.seen_from(self.means, reading, smoothed)
        self.rested = False
        if self.recovery.active:
            rested, _, white, spreads = self.seen_from(self.recovery.levels, reading, smoothed)
            self.rested = rested < distance
            self.recovery.used(self.rested)
            if self.rested:
                distance, self.white, self.spreads = rested, white, spreads
        self.attribute(self.white)
        return distance, own

    def seen_from(self, levels, reading, smoothed):
        strong, _ = self.model.white(reading, levels, STRONG)
        white, spreads = self.model.white(reading, levels, LITTLE)
        own = STRONGLY_DAMPED * self.model.log_distance(strong)
        own += (1 - STRONGLY_DAMPED) * self.model.log_distance(white)
        share = max(0, 1 - max(0, self.persistence.phi) / PERSISTENT) if self.serial else 0
        if share == 0:
            return own, own, white, spreads
        gathered, _ = self.smoothed_model.white(smoothed, levels, SMOOTHED)
        distance = (own + share * self.smoothed_model.log_distance(gathered)) / (1 + share)
        return distance, own, white, spreads

    def nearest(self, reading, smoothed):
        self.white, self.spreads = self.model.white(reading, self.means, LITTLE)
        far = self.reservoir.nearest(reading, self.spreads)
        self.attribute(far)
        distance = self.model.log_distance(far)
        return distance, distance

    def attribute(self, far):
        self.squares = self.squares + ATTRIBUTION_SHARE * (far**2 - self.squares)

    def limit(self):
        return NEAR_LIMIT if self.near and self.serial else LIMIT

    def judge(self):
        """The weight with which the reading is to be learned."""
        sudden, smoothed = self.statistic.deviations()
        deviation = smoothed if self.serial else sudden
        anomalous = deviation >= self.limit() * (HYSTERESIS if self.episode and self.serial else 1)
        self.rate(max(deviation, self.limit()) if anomalous else deviation)
        self.episode = self.episode + 1 if anomalous and self.readings > self.warm_up else 0
        if self.episode > REGIME or self.episode and self.serial:
            return float(self.episode > REGIME)
        beyond = max(0, sudden - GATE) + (max(0, smoothed - SMOOTHED_GATE) if self.serial else 0)
        return np.exp(-beyond)

    def rate(self, deviation):
        self.raw = deviation
        over = deviation / self.limit() - 1
        self.score = 0.5 + 0.5 * over / (1 + abs(over))

    def recover(self, i, smoothed):
        recovery = self.recovery
        if self.episode > UNIT_FEWEST:
            self.adopt_units(i)
        if recovery.settling:
            self.rest()
        if not self.episode or not self.serial:
            recovery.rest(self.smoothed[i])
            return
        levels = recovery.levels if recovery.active else self.means
        white, _ = self.model.white(smoothed, levels, STRONG)
        if recovery.returned(self.episode, white, self.smoothed[i]):
            self.rest()

    def adopt_units(self, i):
        for j in np.flatnonzero(self.model.variances > 0):
            usual = self.model.means[j], self.model.variances[j]
            factor = unit_factor(*usual, *(latest[i, j] for latest in self.recent))
            if factor != 1:
                self.model.rescale(j, factor)
                self.smoothed_model.rescale(j, factor)
                self.recovery.levels[j] *= factor

    def rest(self):
        """Takes the reading as usual, wherever it is."""
        self.episode = 0
        self.statistic.settle()
        self.rate(min(self.raw, RESTING * self.limit()))


def reference(detector, parameters, times, values):
    """[readings, 2 + 2 * features]; nothing depends on the times."""
    made = Detector(detector, parameters.get("warm_up", WARM_UP), values)
    return np.array([made.next(i) for i in range(len(values))])
