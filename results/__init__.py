"""What happened and what it is worth: measures, paired differences, stored runs, charts, tables and pages.

This floor reads the outputs of finished runs and never starts one.
"""
