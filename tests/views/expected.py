"""Says which number must stand where on the page, straight from the facts."""

from __future__ import annotations

from leumund.types import Estimate
from leumund.views.facts import BrandFacts, Report
from leumund.words import number

Numbers = dict[str, float]


def numbers(report: Report) -> Numbers:
    """Every marked number of the page by the name of its fact."""
    silent = [source for source in report.basis.sources if not source.reached]
    examples = [source for source in report.basis.sources if source.example]
    found: Numbers = {
        "basis/open": len(report.basis.sources) - len(examples),
        "basis/examples": len(examples),
        "basis/silent": len(silent),
        **_method(report),
        **_ledger(report),
    }
    for brand in report.brands:
        found |= {f"{brand.name}/{key}": value for key, value in _brand(brand).items()}
    return found


def text(value: float, form: str) -> str:
    """How a number must read."""
    if form == "size":
        return number(abs(value))
    if form == "signed":
        rounded = number(abs(value))
        sign = "±" if rounded == "0" else "+" if value > 0 else "−"
        return sign + rounded
    if form in ("share", "chance"):
        if 0 < value < 0.01:
            return "unter 1\u00a0%"
        certain = form == "chance" and value > 0.99
        return "über 99\u00a0%" if certain else number(value * 100) + "\u00a0%"
    return number(value, int(form))


def _brand(brand: BrandFacts) -> Numbers:
    last, found = brand.points[-1], Numbers()
    for name in ("fast", "slow", "visibility", "change"):
        found |= _estimate(getattr(last, name), name)
    found["spark_days"] = min(90, len(brand.points))
    if last.verdict == "none":
        found["verdict/posts"] = brand.supports.verdict.posts
        found["verdict/independent"] = brand.supports.verdict.independent
    else:
        found["window"] = last.window
    for name in ("fast", "verdict", "tone", "visibility"):
        support = getattr(brand.supports, name)
        if name == "verdict" and last.verdict == "none":
            continue
        found[f"supports/{name}/posts"] = support.posts
        found[f"supports/{name}/independent"] = support.independent
        if name != "verdict":
            found[f"supports/{name}/days"] = support.days
    found["volume/posts"] = sum(day.posts for day in brand.volume)
    found["volume/stories"] = sum(day.stories for day in brand.volume)
    return found | _rows(brand)


def _rows(brand: BrandFacts) -> Numbers:
    found = Numbers()
    for i, story in enumerate(brand.stories):
        found[f"stories/{i}/share"] = story.share
        if story.pickups:
            found[f"stories/{i}/pickups"] = story.pickups
    for i, source in enumerate(brand.sources):
        found[f"sources/{i}/posts"] = source.posts
        found[f"sources/{i}/share"] = source.share
    for i, signal in enumerate(brand.signals):
        if signal.kind == "all_clear":
            continue
        found |= _estimate(signal.size, f"signals/{i}/size")
        found[f"signals/{i}/probability"] = signal.probability
        found[f"signals/{i}/posts"] = signal.posts
        found[f"signals/{i}/usual"] = signal.usual
        for j, driver in enumerate(signal.drivers):
            for name in ("posts", "sources", "share"):
                found[f"signals/{i}/drivers/{j}/{name}"] = getattr(driver, name)
    return found


def _estimate(value: Estimate | None, key: str) -> Numbers:
    if value is None:
        return {}
    return {f"{key}/value": value.value, f"{key}/low": value.low, f"{key}/high": value.high}


def _method(report: Report) -> Numbers:
    method = report.method
    plain = ("cap_source", "fast_half_life", "slow_half_life", "stable_points", "n_min", "hw_max")
    found: Numbers = {f"method/{name}": getattr(method, name) for name in plain}
    found |= {
        "method/budget": method.budget,
        "method/singular_value": method.singular_value,
        "method/verdict_p": 100 * method.verdict_p,
        "method/stable_p": 100 * method.stable_p,
        "method/labels/sum": sum(method.labels),
    }
    found |= {f"method/labels/{k}": n for k, n in enumerate(method.labels)}
    found |= {f"method/figures/{i}": figure.value for i, figure in enumerate(method.figures)}
    return found | {
        f"method/matrix/{j}/{k}": value
        for j, row in enumerate(method.matrix)
        for k, value in enumerate(row)
    }


def _ledger(report: Report) -> Numbers:
    names = ("seen", "read", "filtered", "duplicate", "deleted", "unreadable", "pending")
    found = Numbers()
    for name in names:
        values = [getattr(row, name) for row in report.ledger]
        found |= {f"ledger/{i}/{name}": value for i, value in enumerate(values)}
        found[f"ledger/sum/{name}"] = sum(values)
    return found
