"""The exports of scikit-learn, XGBoost and LightGBM that the engine must run: one case an estimator.

Shared by the fixtures (make_sklearn_onnx.py), the operator table (make_operator_table.py) and the
live conformance tests.
"""
