"""Mesa's own tools drive the model at sample scale."""

import mesa

from experiments.mesa_face import COLLECTED, SampleRegion


def test_data_collector_has_a_row_a_month_that_adds_up():
    model = SampleRegion(region="eskermere", sample=20, months=4, run_in=2)
    while model.running:
        model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == list(COLLECTED)
    assert len(frame) == 4
    assert frame["employed"].iloc[-1] == model.rows.stocks[3][..., :2].sum()
    assert (frame["vacancies"] >= 0).all()


def test_batch_run_runs_every_combination():
    rows = mesa.batch_run(
        SampleRegion,
        {"region": "eskermere", "sample": [20], "months": 3, "run_in": 2, "rng": [1, 2]},
        number_processes=1,
        data_collection_period=-1,
        display_progress=False,
    )
    assert len(rows) == 2
    assert rows[0]["employed"] != rows[1]["employed"]
