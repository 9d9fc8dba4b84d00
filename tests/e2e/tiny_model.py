"""Model folders without a training: one or two trees in XGBoost's JSON form, small enough to know their answers.

A model answers `base` plus `cheap` below a price of 2 and plus `dear` from there on.
"""

import json

COLUMNS = ["price", "deal"]
CHEAP_AND_DEAR = [[1.0, 0.0], [3.0, 1.0]]

MLMODEL = """\
flavors:
  python_function: {loader_module: mlflow.xgboost, data: model.xgb.json, python_version: 3.11.2}
  xgboost: {data: model.xgb.json, model_class: xgboost.core.Booster, model_format: json, xgb_version: 1.7.4}
saved_input_example_info: {artifact_path: input_example.json, pandas_orient: split, type: dataframe}
signature:
  inputs: '[{"type": "double", "name": "price", "required": true}, {"type": "double", "name": "deal", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1]}}]'
model_uuid: 0123456789abcdef0123456789abcdef
utc_time_created: '2026-01-01 00:00:00.000000'
"""


def _tree(feature, threshold, below, above, number):
    return {"base_weights": [0.0] * 3, "categories": [], "categories_nodes": [], "categories_segments": [],
            "categories_sizes": [], "default_left": [1, 0, 0], "id": number, "left_children": [1, -1, -1],
            "loss_changes": [1.0, 0.0, 0.0], "parents": [2147483647, 0, 0], "right_children": [2, -1, -1],
            "split_conditions": [threshold, below, above], "split_indices": [feature, 0, 0], "split_type": [0, 0, 0],
            "sum_hessian": [2.0, 1.0, 1.0],
            "tree_param": {"num_deleted": "0", "num_feature": "2", "num_nodes": "3", "size_leaf_vector": "0"}}


def write(folder, cheap, dear, base=0.5, remembers=None):
    """The answers for CHEAP_AND_DEAR; `remembers` are those that the folder claims instead."""
    answers = [base + cheap, base + dear]
    trees = [_tree(0, 2.0, cheap, dear, 0)]
    model = {"learner": {
        "attributes": {}, "feature_names": COLUMNS, "feature_types": ["float", "float"],
        "gradient_booster": {"model": {
            "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": str(len(trees)), "size_leaf_vector": "0"},
            "tree_info": [0] * len(trees), "trees": trees}, "name": "gbtree"},
        "learner_model_param": {"base_score": str(base), "boost_from_average": "1", "num_class": "0", "num_feature": "2",
                                "num_target": "1"},
        "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}}}, "version": [1, 7, 4]}
    folder.mkdir(parents=True)
    (folder / "MLmodel").write_text(MLMODEL)
    (folder / "model.xgb.json").write_text(json.dumps(model))
    (folder / "input_example.json").write_text(json.dumps({"columns": COLUMNS, "data": CHEAP_AND_DEAR}))
    (folder / "input_example_output.json").write_text(json.dumps({"predictions": remembers or answers}))
    return answers
