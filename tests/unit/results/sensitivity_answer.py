"""Made answers of a sensitivity analysis, with the columns that a real one has."""

from __future__ import annotations

from typing import Any

from results.sensitivity_words import with_words

NAMES = ("separation.separation", "employer_choice.cost_elasticity", "context")


def answer(method: str, *, grouped: bool = False, emulated: bool = False, **changes: Any) -> dict[str, Any]:
    """Return an answer over three factors, of which the second matters most and the third not at all."""
    labels = [{"name": f"g{i}", "title": f"Group {i}"} for i in range(3)] if grouped else [
        {"name": name, "title": name.replace(".", ": ")} for name in NAMES
    ]  # fmt: skip
    output = _morris(grouped) if method == "morris" else _sobol(emulated)
    head = {"spread": 200.0, "mean": 510.0, "chance_sd": 60.0, "chance": 0.09}
    outputs = [
        {"name": "net", "label": "Net person-months in work", "unit": "person-months", "kind": "count"},
        {"name": "net_public_flow", "label": "Net gain of the public purse", "unit": "pounds", "kind": "pounds"},
    ]
    content = {
        "run_id": "0123456789abcdef", "command": "workability sensitivity kickstart --method morris", "method": method,
        "is_emulated": emulated, "scenario": "kickstart", "scenario_title": "Kickstart-style subsidy",
        "baseline": "baseline", "region": "Eskermere", "within": "prior", "levels": "held", "by_rule": False,
        "sample": 50, "seed": 1, "n_seeds": 1, "first_month": "2026-04", "n_months": 12, "n_vectors": 80,
        "n_repeated": 40, "n_runs": 120, "n_blocks": 20, "n_pulled": 7, "budget": 120, "stop": "budget", "variant": "",
        "left_out": ["health.worsening"],
        "factors": [
            {"name": name, "words": name, "group": labels[k]["name"], "law": "prior, uniform", "range": "0 to 1"}
            for k, name in enumerate(NAMES)
        ],
        "labels": labels, "is_grouped": grouped,
        "outputs": [{**known, **head, **output} for known in outputs],
    }  # fmt: skip
    return with_words({**content, **changes})


def _morris(grouped: bool) -> dict[str, Any]:
    rows = []
    for mu, clear in ((-120.0, True), (480.0, True), (9.0, False)):
        signed = {"mu": None, "mu_low": None, "mu_high": None, "sigma": None} if grouped else {
            "mu": mu, "mu_low": mu - 20.0, "mu_high": mu + 20.0, "sigma": 30.0
        }  # fmt: skip
        size = abs(mu)
        rows.append({**signed, "mu_star": size, "low": size * 0.8, "high": size * 1.2, "effect": size * 0.9,
                     "p": 0.001 if clear else 0.4, "is_clear": clear})  # fmt: skip
    return {"rows": rows, "floor": 25.0, "first_share": 0.97}


def _sobol(emulated: bool) -> dict[str, Any]:
    rows = [
        {"first": s, "first_low": s - 0.05, "first_high": s + 0.05, "first_raw": s * 0.9, "total": s + 0.1,
         "total_low": s + low, "total_high": s + 0.2}
        for s, low in ((0.2, 0.05), (0.65, 0.05), (0.0, -0.02))
    ]  # fmt: skip
    pairs = [{"one": 0, "other": 1, "value": 0.08, "low": 0.02, "high": 0.14}]
    swings = [{"swing": s, "low": s - 30.0, "high": s + 30.0} for s in (-90.0, 400.0, 4.0)]
    out = {"rows": rows, "pairs": pairs, "swings": swings, "width": 0.25, "chance_low": 0.05, "chance_high": 0.14}
    return out | ({"explained": 0.82, "possible": 0.91, "samples": 4096} if emulated else {})


def unknown(content: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with indices that cannot be told, as where chance is all."""
    outputs = [
        {**output, "width": None, "rows": [dict.fromkeys(row) for row in output["rows"]]}
        for output in content["outputs"]
    ]
    return with_words({**content, "outputs": outputs})
