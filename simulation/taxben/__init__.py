"""Tax, National Insurance and Universal Credit of a benefit unit in a month, from dated rules."""
