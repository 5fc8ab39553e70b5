"""The number of the model: what a posterior was made with, and what it may be used with."""

from __future__ import annotations

MODEL = 2
"""Raise it whenever figures of a run change at the same parameters; posteriors of another number are refused."""
