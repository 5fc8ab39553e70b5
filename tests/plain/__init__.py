"""The month a second time: plain Python whole numbers and dictionaries, written from its description, no compiler.

It shares the evidence, the hazard functions of `simulation.processes` and the numbering of the keys with the
engine, and nothing else: no threshold table, no bound, no list, no kernel.
"""
