"""Writes the report: one German HTML file that opens from disk and asks the network nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from leumund.types import TONES
from leumund.views import charts, intervals, phrases, timeline
from leumund.views.facts import GapSpan, Report
from leumund.views.marking import (
    clock_mark,
    day_mark,
    fact,
    finer,
    foreign,
    link,
    script_json,
    shown,
)
from leumund.views.palette import Spec
from leumund.words import clock, listed, reason, word

TEMPLATES = Path(__file__).parent / "templates"
VEGA_LITE = "6.4"
GAPS = 12
_SNIPPET = "window.vegaEmbed = vegaEmbed;"


def render(report: Report) -> str:
    """The page as HTML."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clock": clock_mark,
        "day": day_mark,
        "foreign": foreign,
        "reason": reason,
        "shown": shown,
        "word": word,
    }
    specs = specifications(report)
    return environment.get_template("report.html").render(
        report=report,
        charts=specs,
        charts_json=script_json(specs),
        locale_json=script_json(_locale()),
        bundle=_bundle(),
        tones=TONES,
        disturbed=timeline.disturbed,
        distinct=distinct,
        fact=fact,
        finer=finer,
        link=link,
        listed=listed,
        phrases=phrases,
        most_gaps=GAPS,
    )


def write(report: Report, path: Path) -> None:
    """Write the page, whole or not at all; a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=".report-", delete=False
    ) as file:
        try:
            file.write(render(report))
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def specifications(report: Report) -> dict[str, Spec]:
    """Every chart of the page by its name; brands and groups are counted from 1."""
    found: dict[str, Spec | None] = {}
    domain = charts.common_domain(report.brands)
    for place, brand in enumerate(report.brands, start=1):
        lines = phrases.verdict_lines(brand, report.method)
        found[f"spark-{place}"] = charts.sparkline(brand, domain=domain)
        found[f"index-{place}"] = charts.index_chart(brand, verdict=lines)
        found[f"visibility-{place}"] = charts.visibility_chart(brand)
        found[f"volume-{place}"] = charts.volume_chart(brand)
        found[f"tone-{place}"] = intervals.tone_chart(brand)
    for place, group in enumerate(report.groups, start=1):
        found[f"peers-{place}"] = intervals.peers_chart(group)
        found[f"map-{place}"] = intervals.peers_map(group)
    return {name: spec for name, spec in found.items() if spec is not None}


def distinct(gaps: Sequence[GapSpan]) -> list[GapSpan]:
    """Gaps, youngest first; streams of a source that failed alike are one."""
    told = {(gap.source, clock(gap.start), clock(gap.end), gap.reason): gap for gap in gaps}
    return sorted(told.values(), key=lambda gap: (gap.start, gap.source), reverse=True)


@cache
def _bundle() -> Markup:
    """Vega, Vega-Lite and Vega-Embed, once for the whole page."""
    code: str = vl_convert.javascript_bundle(_SNIPPET, vl_version=VEGA_LITE)
    return Markup(code.replace("</script", "<\\/script").replace("<!--", "<\\!--"))  # noqa: S704


def _locale() -> dict[str, object]:
    return {
        "formatLocale": vl_convert.get_format_locale("de-DE"),
        "timeFormatLocale": vl_convert.get_time_format_locale("de-DE"),
    }
