"""What scipy, statsmodels and scikit-learn say about random cases, as JSON: the judges of our statistics.

usage: cases.py [SEED]      golden.json beside this file was made by `cases.py 7 > golden.json`
"""

import json
import math
import sys
import warnings

import numpy
import scipy
import scipy.spatial.distance
import scipy.stats
import sklearn
import statsmodels
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest


def rounded(values):
    return [round(float(value), 4) for value in values]


def case(function, arguments, expected):
    return {"function": function, "arguments": arguments, "expected": expected}


def distribution(random):
    x, p = random.normal(0, 2), random.uniform(0.001, 0.999)
    a, b = random.uniform(0.6, 40, 2)
    n = int(random.integers(1, 400))
    k = int(random.integers(0, n + 1))
    stats = scipy.stats
    return case("distribution", {"x": x, "p": p, "a": a, "b": b, "n": n, "k": k}, {
        "normal_cdf": stats.norm.cdf(x), "normal_survival": stats.norm.sf(x), "normal_quantile": stats.norm.ppf(p),
        "student_t_cdf": stats.t.cdf(x, a), "student_t_survival": stats.t.sf(x, a), "student_t_quantile": stats.t.ppf(p, a),
        "chi_squared_survival": stats.chi2.sf(abs(x), a), "chi_squared_quantile": stats.chi2.ppf(p, a),
        "f_survival": stats.f.sf(abs(x), a, b), "beta_cdf": stats.beta.cdf(p, a, b), "beta_quantile": stats.beta.ppf(p, a, b),
        "binomial_cdf": stats.binom.cdf(k, n, p), "binomial_probability": stats.binom.pmf(k, n, p)})


def kolmogorov(random):
    n = int(10 ** random.uniform(0, 6))
    x = min(1.0, random.uniform(0.3, 2.2) / math.sqrt(n))
    # Of large samples scipy's tail leaves out paths that cross both borders (2e-8); its cdf does not.
    p_value = scipy.stats.kstwo.sf(x, n) if n <= 100_000 else 1 - scipy.stats.kstwo.cdf(x, n)
    return case("kolmogorov", {"n": n, "x": x}, {"p_value": p_value})


def correction(random):
    p_values = (random.uniform(0, 1, 8) ** 3).tolist()
    return case("correction", {"p_values": p_values}, {
        "holm": multipletests(p_values, method="holm")[1].tolist(),
        "benjamini_hochberg": multipletests(p_values, method="fdr_bh")[1].tolist()})


def proportions(random):
    a_total, b_total = (int(n) for n in random.integers(5, 3000, 2))
    a_hits, b_hits = int(random.integers(1, a_total)), int(random.integers(1, b_total))
    confidence = float(random.choice([0.9, 0.95, 0.99]))
    wilson = proportion_confint(a_hits, a_total, 1 - confidence, method="wilson")
    newcombe = confint_proportions_2indep(a_hits, a_total, b_hits, b_total, "newcomb", "diff", 1 - confidence)
    return case("proportions", {"a_hits": a_hits, "a_total": a_total, "b_hits": b_hits, "b_total": b_total,
                                "confidence": confidence}, {
        "wilson": {"low": wilson[0], "high": wilson[1]}, "newcombe": {"low": newcombe[0], "high": newcombe[1]},
        "p_value": proportions_ztest([a_hits, b_hits], [a_total, b_total])[1]})


def psi(reference, current):
    p = numpy.maximum(reference / reference.sum(), 1e-4)
    q = numpy.maximum(current / current.sum(), 1e-4)
    return float(((q - p) * numpy.log(q / p)).sum())


def categories(random):
    bins = int(random.integers(2, 12))
    reference = random.multinomial(random.integers(200, 5000), random.dirichlet(numpy.ones(bins)))
    current = random.multinomial(random.integers(200, 5000), random.dirichlet(numpy.ones(bins)))
    reference[0] += 1
    p, q = reference / reference.sum(), current / current.sum()
    seen = (reference + current) > 0
    table = numpy.array([reference[seen], current[seen]])
    test = scipy.stats.chi2_contingency(table, correction=False)
    return case("categories", {"reference": reference.tolist(), "current": current.tolist()}, {
        "psi": psi(reference, current), "jensen_shannon": scipy.spatial.distance.jensenshannon(p, q),
        "total_variation": numpy.abs(p - q).sum() / 2, "l_infinity": numpy.abs(p - q).max(),
        "chi_squared": test[0], "degrees": test[2], "p_value": test[1]})


def samples(random):
    n, m = (int(size) for size in random.integers(8, 90, 2))
    if random.uniform() < 0.3:
        m = n
    digits = int(random.integers(0, 4))
    reference = numpy.round(random.normal(3, 2, n), digits)
    current = numpy.round(random.normal(3 + random.normal(0, 1), 2, m), digits)
    edges = numpy.unique(numpy.quantile(reference, numpy.arange(1, 10) / 10, method="inverted_cdf"))
    counts = [numpy.bincount(numpy.searchsorted(edges, side), minlength=len(edges) + 1) for side in (reference, current)]
    test = scipy.stats.ks_2samp(reference, current, method="exact")
    distance = scipy.stats.wasserstein_distance(reference, current)
    return case("samples", {"reference": rounded(reference), "current": rounded(current)}, {
        "wasserstein": distance, "normalised_wasserstein": distance / reference.std(), "kolmogorov_smirnov": test.statistic,
        "p_value": test.pvalue, "psi": psi(*counts)})


# Each with how many cases of it are made.
MAKERS = [(distribution, 12), (kolmogorov, 40), (correction, 4), (proportions, 6), (categories, 8), (samples, 10)]


def plain(value):
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, numpy.generic):
        return value.item()
    return value


def make(seed):
    warnings.simplefilter("ignore")
    random = numpy.random.default_rng(seed)
    cases = [maker(random) for maker, count in MAKERS for _ in range(count)]
    return {"made_by": f"tests/statistics/cases.py {seed}",
            "with": {"numpy": numpy.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__,
                     "scikit_learn": sklearn.__version__},
            "cases": [plain(one) for one in cases]}


def main():
    made = make(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
    lines = ",\n".join(json.dumps(one, allow_nan=False) for one in made.pop("cases"))
    print(json.dumps(made)[:-1] + ', "cases": [\n' + lines + "\n]}")


if __name__ == "__main__":
    main()
