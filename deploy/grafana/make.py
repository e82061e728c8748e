"""Makes the dashboards of boards.py as JSON for Grafana's provisioning.

    python make.py [FOLDER]      writes into dashboards/ beside this file unless told otherwise

It needs grafana-foundation-sdk (PyPI). A test makes them again and compares.
"""

import json
import sys
from pathlib import Path

from grafana_foundation_sdk.builders import common as build_common
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import heatmap, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common, dashboard
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from boards import BOARDS

SOURCE = dashboard.DataSourceRef(type_val="prometheus", uid="prometheus")  # the uid that provisioning gives
COLUMNS = 24
KINDS = {"timeseries": timeseries.Panel, "stat": stat.Panel, "heatmap": heatmap.Panel, "table": table.Panel}
FORMATS = {"heatmap": PromQueryFormat.HEATMAP, "table": PromQueryFormat.TABLE}


def query(panel, number, expression, legend):
    made = (prometheus.Dataquery().expr(expression).ref_id(chr(ord("A") + number)).datasource(SOURCE)
            .format(FORMATS.get(panel.kind, PromQueryFormat.TIME_SERIES)))
    if legend:
        made.legend_format(legend)
    return made.instant() if panel.kind in ("stat", "table") else made.range()


def style(made, panel):
    """What only one kind of panel has."""
    if panel.kind == "timeseries":
        last = ["lastNotNull", "max"]
        made.fill_opacity(30 if panel.stacked else 8).show_points(common.VisibilityMode.NEVER)
        made.legend(build_common.VizLegendOptions().show_legend(True).calcs(last)
                    .display_mode(common.LegendDisplayMode.TABLE).placement(common.LegendPlacement.BOTTOM))
        made.tooltip(build_common.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI)
                     .sort(common.SortOrder.DESCENDING))
        if panel.stacked:
            made.stacking(build_common.StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
        if len(panel.steps) > 1:
            made.thresholds_style(
                build_common.GraphThresholdsStyleConfig().mode(common.GraphTresholdsStyleMode.DASHED))
    elif panel.kind == "stat":
        made.reduce_options(build_common.ReduceDataOptions().calcs(["lastNotNull"]))
        made.color_mode(common.BigValueColorMode.VALUE).graph_mode(common.BigValueGraphMode.NONE)
    elif panel.kind == "heatmap":
        made.calculate(False).show_tooltip()


def made_panel(panel, number, x, y):
    made = (KINDS[panel.kind]().id(number).title(panel.title).description(panel.description).datasource(SOURCE)
            .grid_pos(dashboard.GridPos(h=panel.height, w=panel.width, x=x, y=y)).unit(panel.unit)
            .thresholds(build.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(
                [dashboard.Threshold(value=value, color=color) for value, color in panel.steps])))
    if panel.kind != "heatmap":
        if panel.low is not None:
            made.min(panel.low)
        if panel.high is not None:
            made.max(panel.high)
        if panel.decimals is not None:
            made.decimals(panel.decimals)
    for place, (expression, legend) in enumerate(panel.queries):
        made.with_target(query(panel, place, expression, legend))
    style(made, panel)
    return made


def add_rows(made, rows):
    """Places panels from left to right, and below when a line is full."""
    number, y = 1, 0
    for title, panels in rows:
        made.with_row(build.Row(title).id(number).grid_pos(dashboard.GridPos(h=1, w=COLUMNS, x=0, y=y)))
        number, x, y, tallest = number + 1, 0, y + 1, 0
        for panel in panels:
            if x + panel.width > COLUMNS:
                x, y, tallest = 0, y + tallest, 0
            made.with_panel(made_panel(panel, number, x, y))
            number, x, tallest = number + 1, x + panel.width, max(tallest, panel.height)
        y += tallest


def made_board(board):
    made = (build.Dashboard(board.title).uid(f"flixlist-{board.file}").description(board.description)
            .tags(["flixlist"]).timezone("browser").readonly().refresh("30s").time("now-6h", "now")
            .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
            .link(build.DashboardLink("FlixList").type(dashboard.DashboardLinkType.DASHBOARDS).tags(["flixlist"])
                  .as_dropdown(False).include_vars(False).keep_time(True)))
    for variable in board.variables:
        made.with_variable(
            build.QueryVariable(variable.name).label(variable.label).query(variable.query).datasource(SOURCE)
            .multi(True).include_all(True).all_value(".*").sort(dashboard.VariableSort.ALPHABETICAL_ASC)
            .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
            .current(dashboard.VariableOption(selected=True, text=["All"], value=["$__all"])))
    add_rows(made, board.rows)
    return made.build()


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "dashboards"
    folder.mkdir(parents=True, exist_ok=True)
    for board in BOARDS:
        text = json.dumps(made_board(board), cls=JSONEncoder, sort_keys=True, indent=1, ensure_ascii=False)
        (folder / f"{board.file}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
