"""How good a model is: cross-validation, calibration, figures, decisions."""
