"""What policy does: scenarios as data, checked when they are read; holds no state of a run."""
