"""Making the model agree with a region's figures."""

from experiments.algebra import one_thread_of_algebra

one_thread_of_algebra()
