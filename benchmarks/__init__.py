"""Speed of the model, of its pass on a common workload, and of other frameworks on the same workload."""
