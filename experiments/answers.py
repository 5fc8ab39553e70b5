"""An answer on disk that is not a run: one page with its content, read where it is there and not made again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from experiments.errors import MissingData
from experiments.events import Events
from experiments.run_folder import is_complete
from results.store import altered


@dataclass(frozen=True)
class Answer:
    """An answer's folder and its content as plain values; each kind names its page."""

    folder: Path
    content: dict[str, Any]
    page_name: ClassVar[str]

    @property
    def page(self) -> Path:
        """Return the page."""
        return self.folder / self.page_name

    def as_dict(self) -> dict[str, Any]:
        """Return where the answer is kept, and its content."""
        return {"folder": self.folder.as_posix(), "page": self.page.as_posix(), **self.content}


def is_finished(folder: Path, what: str, events: Events) -> bool:
    """Return whether an answer is there already and as it was written, and say so.

    Parameters
    ----------
    folder : where it is kept.
    what : what it is called in the message.
    events : who hears of it.

    Raises
    ------
    MissingData
        If a file of it is missing, new or not what was written.
    """
    if not is_complete(folder):
        return False
    changed = altered(folder)
    if changed:
        raise MissingData(
            f"{folder}: not as it was written: {', '.join(changed[:5])}. "
            "Delete the folder, or name another with --out DIR."
        )
    events.stage(f"This {what} is finished already: {folder}")
    return True
