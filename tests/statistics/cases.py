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
import sklearn.metrics as judged
import statsmodels
from statsmodels.discrete.discrete_model import Logit
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest
from statsmodels.stats.weightstats import ttost_paired


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


def evidence(gain, error, margin, alpha, distribution):
    reach = error * distribution.ppf(1 - alpha / 2)
    return {"gain": gain, "standard_error": error, "interval": {"low": gain - reach, "high": gain + reach},
            "difference_p": 2 * distribution.sf(abs(gain) / error),
            "equivalence_p": max(distribution.sf((gain + margin) / error), distribution.cdf((gain - margin) / error))}


def paired_t(random):
    n = int(random.integers(5, 60))
    champion = random.normal(1, 1, n)
    challenger = champion - random.normal(0.1, 0.3, n)
    margin, alpha = random.uniform(0.05, 0.4), float(random.choice([0.01, 0.05, 0.1]))
    gains = champion - challenger
    error = gains.std(ddof=1) / math.sqrt(n)
    expected = evidence(gains.mean(), error, margin, alpha, scipy.stats.t(n - 1))
    expected["difference_p"] = scipy.stats.ttest_rel(champion, challenger).pvalue
    expected["equivalence_p"] = ttost_paired(champion, challenger, -margin, margin)[0]
    return case("paired_t", {"gain": gains.mean(), "standard_error": error, "degrees": n - 1, "margin": margin, "alpha": alpha},
                expected)


def mcnemar(random):
    b, c = (int(n) for n in random.integers(0, 60, 2))
    rows = b + c + int(random.integers(1, 500))
    margin, alpha = random.uniform(0.02, 0.2), 0.05
    mid = 2 * scipy.stats.binom.cdf(min(b, c), b + c, 0.5) - scipy.stats.binom.pmf(min(b, c), b + c, 0.5) if b + c else 1
    p, q = (c + 1) / (rows + 2), (b + 1) / (rows + 2)
    expected = evidence(p - q, math.sqrt((p + q - (p - q) ** 2) / (rows + 2)), margin, alpha, scipy.stats.norm)
    expected.update(gain=(c - b) / rows, difference_p=min(1, mid))
    exact = statsmodels_mcnemar([[rows - b - c, b], [c, 0]], exact=True).pvalue if b + c else 1
    return case("mcnemar", {"rows": rows, "champion_only": b, "challenger_only": c, "margin": margin, "alpha": alpha},
                {"exact_p": min(1, exact), "mid_p": min(1, mid), "evidence": expected})


def placements(labels, scores):
    positives, negatives = scores[labels == 1], scores[labels == 0]
    wins = (positives[:, None] > negatives[None, :]) + 0.5 * (positives[:, None] == negatives[None, :])
    return wins.mean(axis=1), wins.mean(axis=0)


def delong(random):
    n = int(random.integers(12, 60))
    labels = numpy.array(rounded(random.integers(0, 2, n)))
    labels[:4] = [0, 1, 0, 1]
    champion = numpy.round(labels + random.normal(0, 1.5, n), 1)
    challenger = numpy.round(labels + random.normal(0, 1, n), 1)
    v1, w1 = placements(labels, champion)
    v2, w2 = placements(labels, challenger)
    error = math.sqrt((v2 - v1).var(ddof=1) / len(v1) + (w2 - w1).var(ddof=1) / len(w1))
    areas = judged.roc_auc_score(labels, champion), judged.roc_auc_score(labels, challenger)
    margin, alpha = random.uniform(0.02, 0.2), 0.05
    return case("delong", {"labels": labels.tolist(), "champion": champion.tolist(), "challenger": challenger.tolist(),
                           "margin": margin, "alpha": alpha}, {
        "champion": areas[0], "challenger": areas[1], "statistic": (areas[1] - areas[0]) / error,
        "ranks": scipy.stats.rankdata(champion).tolist(),
        "evidence": evidence(areas[1] - areas[0], error, margin, alpha, scipy.stats.norm)})


def long_run_variance(gains, horizon, kernel):
    fit = OLS(gains, numpy.ones(len(gains))).fit(
        cov_type="HAC", cov_kwds={"maxlags": horizon - 1, "kernel": kernel, "use_correction": False})
    return float(fit.cov_params()[0, 0]) * len(gains)


def diebold_mariano(random):
    n, h = int(random.integers(15, 60)), int(random.integers(1, 6))
    noise = random.normal(0.2, 1, n + h)
    gains = numpy.array(rounded(numpy.convolve(noise, numpy.ones(h), "valid")[:n]))
    rectangular, bartlett = long_run_variance(gains, h, "uniform"), long_run_variance(gains, h, "bartlett")
    variance = rectangular if rectangular > 0 else bartlett
    correction = math.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    statistic = gains.mean() / math.sqrt(variance / n) * correction
    return case("diebold_mariano", {"gains": gains.tolist(), "horizon": h, "margin": 0.1, "alpha": 0.05}, {
        "statistic": statistic, "weights": "rectangular" if rectangular > 0 else "bartlett", "rectangular": rectangular,
        "bartlett": bartlett, "difference_p": 2 * scipy.stats.t.sf(abs(statistic), n - 1)})


def power(random):
    n, effect, alpha = int(random.integers(10, 500)), random.uniform(0.02, 0.5), float(random.choice([0.01, 0.05]))
    expected = NormalIndPower(ddof=0).power(effect, n, alpha, ratio=0)
    return case("power", {"standard_error": 1 / math.sqrt(n), "effect": effect, "alpha": alpha}, {"power": expected})


def classification(random):
    classes, n = int(random.integers(2, 5)), int(random.integers(10, 80))
    truth = random.integers(0, classes, n)
    predicted = numpy.where(random.uniform(size=n) < 0.5, truth, random.integers(0, classes, n))
    every = {"labels": list(range(classes)), "average": None, "zero_division": 0}
    return case("classification", {"truth": truth.tolist(), "predicted": predicted.tolist(), "classes": classes}, {
        "accuracy": judged.accuracy_score(truth, predicted), "precision": judged.precision_score(truth, predicted, **every),
        "recall": judged.recall_score(truth, predicted, **every), "f1": judged.f1_score(truth, predicted, **every),
        "macro_precision": judged.precision_score(truth, predicted, average="macro", zero_division=0),
        "macro_recall": judged.recall_score(truth, predicted, average="macro", zero_division=0),
        "balanced_accuracy": judged.balanced_accuracy_score(truth, predicted),
        "weighted_precision": judged.precision_score(truth, predicted, average="weighted", zero_division=0),
        "weighted_recall": judged.recall_score(truth, predicted, average="weighted", zero_division=0),
        "weighted_f1": judged.f1_score(truth, predicted, average="weighted", zero_division=0),
        "macro_f1": judged.f1_score(truth, predicted, average="macro"), "matthews": judged.matthews_corrcoef(truth, predicted)})


def probabilities(random):
    n = int(random.integers(10, 60))
    labels = random.integers(0, 2, n)
    labels[:2] = [0, 1]
    scores = numpy.round(numpy.clip(random.normal(0.3 + 0.3 * labels, 0.3), 0, 1), int(random.integers(1, 4)))
    precision, recall, thresholds = judged.precision_recall_curve(labels, scores)
    f1 = max(judged.f1_score(labels, scores >= threshold, zero_division=0) for threshold in thresholds)
    return case("probabilities", {"labels": labels.tolist(), "probabilities": scores.tolist()}, {
        "brier": judged.brier_score_loss(labels, scores), "log_loss": judged.log_loss(labels, scores),
        "roc_auc": judged.roc_auc_score(labels, scores), "average_precision": judged.average_precision_score(labels, scores),
        "best_f1": f1, "thresholds": thresholds[::-1].tolist(), "precision": precision[:-1][::-1].tolist(),
        "recall": recall[:-1][::-1].tolist()})


def forecast(random):
    season, n = int(random.integers(1, 8)), int(random.integers(2, 20))
    history, truth = (numpy.array(rounded(random.gamma(2, 10, size))) for size in (season + 30, n))
    prediction = numpy.array(rounded(truth + random.normal(0, 5, n)))
    low, high = prediction - 6, prediction + random.uniform(0, 12)
    quantile = round(random.uniform(0.05, 0.95), 2)
    steps = history[season:] - history[:-season]
    return case("forecast", {"history": history.tolist(), "season": season, "truth": truth.tolist(),
                             "prediction": prediction.tolist(), "low": low.tolist(), "high": high.tolist(), "quantile": quantile}, {
        "mase": judged.mean_absolute_error(truth, prediction) / numpy.abs(steps).mean(),
        "rmsse": math.sqrt(judged.mean_squared_error(truth, prediction) / (steps ** 2).mean()),
        "pinball": judged.mean_pinball_loss(truth, prediction, alpha=quantile),
        "coverage": ((low <= truth) & (truth <= high)).mean(), "width": (high - low).mean()})


def wrmsse(squared, series, weights, scales):
    """The definition of the M5 competition: RMSSE of each series, weighted."""
    seen = numpy.unique(series)
    errors = [math.sqrt(squared[series == one].mean() / scales[one]) for one in seen]
    return (weights[seen] * errors).sum() / weights[seen].sum()


def weighted_series(random):
    count, n = int(random.integers(1, 6)), int(random.integers(8, 40))
    series = numpy.concatenate([numpy.repeat(numpy.arange(count), 2), random.integers(0, count, n)])
    truth = numpy.array(rounded(random.gamma(2, 10, len(series))))
    prediction = numpy.array(rounded(truth + random.normal(0, 5, len(series))))
    weights, scales = (numpy.array(rounded(random.uniform(0.5, 20, count))) for _ in range(2))
    part = numpy.arange(len(series)) % 3
    arguments = {"truth": truth, "prediction": prediction, "series": series, "weights": weights, "scales": scales}
    squared, rest = (truth - prediction) ** 2, part != 1
    return case("weighted_series", {name: values.tolist() for name, values in arguments.items()}, {
        "wrmsse": wrmsse(squared, series, weights, scales), "without": wrmsse(squared[rest], series[rest], weights, scales)})


def regression(random):
    n = int(random.integers(5, 60))
    truth = numpy.array(rounded(random.gamma(2, 10, n) + 0.1))
    prediction = numpy.array(rounded(truth * random.uniform(0.5, 1.6, n)))
    line = OLS(truth, numpy.column_stack([numpy.ones(n), prediction])).fit().params
    power = float(random.choice([-1.5, 0, 1, 1.3, 1.5, 1.8, 2, 2.6, 3]))
    return case("regression", {"truth": truth.tolist(), "prediction": prediction.tolist(), "power": power}, {
        "rmse": math.sqrt(judged.mean_squared_error(truth, prediction)), "mae": judged.mean_absolute_error(truth, prediction),
        "wape": numpy.abs(prediction - truth).sum() / truth.sum(), "r2": judged.r2_score(truth, prediction),
        "bias": (prediction - truth).mean(), "mape": judged.mean_absolute_percentage_error(truth, prediction),
        "smape": (2 * numpy.abs(prediction - truth) / (truth + prediction)).mean(),
        "rmsle": math.sqrt(judged.mean_squared_log_error(truth, prediction)),
        "poisson_deviance": judged.mean_poisson_deviance(truth, prediction),
        "gamma_deviance": judged.mean_gamma_deviance(truth, prediction),
        "tweedie_deviance": judged.mean_tweedie_deviance(truth, prediction, power=power), "slope": line[1], "intercept": line[0]})


def calibration(random):
    n = int(random.integers(60, 300))
    probabilities = numpy.round(random.uniform(0.02, 0.98, n), 3)
    labels = (random.uniform(size=n) < probabilities ** 1.3).astype(int)
    bins = numpy.minimum((probabilities * 10).astype(int), 9)
    ece = sum(abs(probabilities[bins == b].sum() - labels[bins == b].sum()) for b in range(10)) / n
    logits = numpy.log(probabilities / (1 - probabilities))
    line = Logit(labels, numpy.column_stack([numpy.ones(n), logits])).fit(disp=0, tol=1e-14).params
    rest = numpy.arange(n) % 3 != 1
    return case("calibration", {"labels": labels.tolist(), "probabilities": probabilities.tolist()}, {
        "ece": ece, "slope": line[1], "intercept": line[0],
        "roc_auc": judged.roc_auc_score(labels, probabilities), "pr_auc": judged.average_precision_score(labels, probabilities),
        "roc_auc_without": judged.roc_auc_score(labels[rest], probabilities[rest]),
        "pr_auc_without": judged.average_precision_score(labels[rest], probabilities[rest])})


def classes(random):
    count, n = int(random.integers(3, 7)), int(random.integers(15, 40))
    truth = numpy.concatenate([numpy.arange(count), random.integers(0, count, n)])
    scores = random.normal(size=(len(truth), count))
    scores[numpy.arange(len(truth)), truth] += 1
    values = numpy.exp(scores)
    values /= values.sum(axis=1, keepdims=True)
    predicted, k = values.argmax(axis=1), int(random.integers(1, count))
    one_hot = numpy.eye(count)[truth]
    sure = values.max(axis=1)
    bins = numpy.minimum((sure * 10).astype(int), 9)
    right = (predicted == truth).astype(float)
    every = {"labels": list(range(count)), "zero_division": 0}
    averages = {f"{name}_{average}": judge(truth, predicted, average=average, **every)
                for name, judge in (("precision", judged.precision_score), ("recall", judged.recall_score), ("f1", judged.f1_score))
                for average in ("macro", "micro", "weighted")}
    return case("classes", {"truth": truth.tolist(), "classes": count, "k": k, "probabilities": values.ravel().tolist()}, {
        **averages, "accuracy": judged.accuracy_score(truth, predicted), "log_loss": judged.log_loss(truth, values),
        "brier": ((values - one_hot) ** 2).sum(axis=1).mean(), "top_k_accuracy": judged.top_k_accuracy_score(truth, values, k=k),
        "roc_auc": judged.roc_auc_score(truth, values, multi_class="ovr", average="macro"),
        "pr_auc": judged.average_precision_score(one_hot, values, average="macro"),
        "roc_auc_weighted": judged.roc_auc_score(truth, values, multi_class="ovr", average="weighted"),
        "pr_auc_weighted": judged.average_precision_score(one_hot, values, average="weighted"),
        "ece": sum(abs(sure[bins == b].sum() - right[bins == b].sum()) for b in range(10)) / len(truth)})


def ranked(random):
    n = int(random.integers(3, 25))
    relevance = random.integers(0, 4, n)
    relevance[0] = 2
    scores = numpy.round(relevance * 0.2 + random.normal(0, 1, n), int(random.integers(0, 3)))
    k = int(random.integers(1, n + 3))
    first = scores[relevance > 0].max()
    return case("ranked", {"relevance": relevance.tolist(), "scores": scores.tolist(), "k": k}, {
        "ndcg": judged.ndcg_score([relevance], [scores], k=k),
        "reciprocal_rank": 1 / (1 + ((relevance == 0) & (scores >= first)).sum()),
        "average_precision": judged.average_precision_score(relevance > 0, scores)})


# Each with how many cases of it are made.
MAKERS = [(distribution, 12), (kolmogorov, 40), (correction, 4), (proportions, 6), (categories, 8), (samples, 10), (paired_t, 6),
          (mcnemar, 10), (delong, 6), (diebold_mariano, 8), (power, 4),
          (classification, 6), (probabilities, 8), (forecast, 6), (weighted_series, 8), (regression, 24), (calibration, 8), (ranked, 8), (classes, 8)]


def plain(value):
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, numpy.ndarray):
        return value.tolist()
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
