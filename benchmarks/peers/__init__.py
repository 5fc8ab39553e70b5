"""The common workload in other frameworks; each module defines `Model` and needs its framework only."""
