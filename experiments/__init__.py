"""Asking questions of the model: many runs, durable, resumable and in parallel."""
