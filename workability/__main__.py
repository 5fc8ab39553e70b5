"""`python -m workability`: the same as the command `workability`."""

from __future__ import annotations

from workability.cli import main

if __name__ == "__main__":
    main()
