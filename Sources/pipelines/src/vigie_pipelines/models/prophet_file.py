"""`prophet.json`, the `prophet` flavor's file: Prophet's own serialisation, made small and whole.

What `prophet.serialize.model_to_json` writes loads as it is, unless the model has a country's
holidays: their dates are not in it. This writer adds them (`vigie_country_holidays`), and leaves
out what a forecast does not need: the training data, of which the first two rows (whose distance
Prophet takes for that of all when it forecasts a single date), the last date and their number
(`vigie_history_rows`) stay, and the trend at each of them. Prophet still reads the file.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd
from prophet.make_holidays import make_holidays_df
from prophet.serialize import model_to_dict


def prophet_document(model: Any, years_ahead: int = 10) -> dict[str, Any]:  # noqa: ANN401
    """The file's JSON object, of a fitted `prophet.Prophet`.

    `years_ahead`: how far after training a country's holidays are written down.
    """
    history = model.history
    document = model_to_dict(model)
    document["history"] = history.iloc[:2].to_json(orient="table", index=False)
    ends = history["ds"].iloc[[0, -1]]
    document["history_dates"] = ends.to_json(orient="split", date_format="iso")
    document["vigie_history_rows"] = len(history)
    for name in ("trend", "lp__"):
        document["params"].pop(name, None)
    if model.country_holidays is not None:
        first, last = history["ds"].min().year, history["ds"].max().year + years_ahead
        table = make_holidays_df(
            year_list=list(range(first, last + 1)), country=model.country_holidays
        )
        known = table[table["holiday"].isin(model.train_holiday_names)].sort_values(
            ["ds", "holiday"]
        )
        document["vigie_country_holidays"] = {
            "from": f"{first}-01-01",
            "to": f"{last}-12-31",
            "days": [
                [pd.Timestamp(row.ds).strftime("%Y-%m-%d"), row.holiday]
                for row in known.itertuples()
            ],
        }
    return document


def write_prophet_file(path: Path, model: Any, years_ahead: int = 10) -> None:  # noqa: ANN401
    """Writes the file of a fitted `prophet.Prophet`."""
    text = json.dumps(prophet_document(model, years_ahead))
    path.write_text(text + "\n", encoding="utf-8")
