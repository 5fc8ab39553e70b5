"""Hazards of covariates, one file for each process, readable without the rest of the model."""
