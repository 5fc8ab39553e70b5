"""Running tasks on a Dask cluster: one made here for the study, or one that is running already.

A worker saves what it computes into the study's folder itself, so that nothing is lost with a worker, the scheduler or
this process; only how it went is sent back. Workers must therefore see the folder under the same path, and have the
same sources.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from experiments.errors import InvalidRequest, MissingData, UnusableOutput
from experiments.version import source_hash

LOCAL = "local"
SCHEMES = ("tcp://", "tls://", "ucx://", "ws://", "wss://")
REACH_SECONDS = 15
"""How long a scheduler may take to answer."""
TRIES = 3
"""Deaths of a worker under the same task after which the task counts as the cause."""


def check_address(address: str) -> None:
    """Refuse what is neither `local` nor the address of a scheduler.

    Raises
    ------
    InvalidRequest
        If it is neither.
    """
    if address != LOCAL and not address.startswith(SCHEMES):
        raise InvalidRequest(
            f"--cluster: found '{address[:60]}'; write {LOCAL} for workers on this machine, or the address of a "
            "running scheduler such as tcp://10.0.0.5:8786."
        )


@contextmanager
def executor(address: str, workers: int, folder: Path) -> Iterator[Executor]:
    """Yield what runs functions on the workers of a cluster; a local one ends with it.

    Parameters
    ----------
    address : `local`, or the address of a scheduler.
    workers : processes of a local cluster.
    folder : where workers will save; it must be there.

    Raises
    ------
    InvalidRequest, UnusableOutput, MissingData
        If no scheduler answers, it has no workers, or they have other sources or do not see the folder.
    """
    try:
        import dask
        import distributed
    except ImportError:
        raise InvalidRequest(
            "--cluster needs the package distributed, which is not installed: pip install 'workability[cluster]'"
        ) from None
    library: Any = distributed  # it has no types
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters of it comes back with a task
    settings = {"distributed.scheduler.allowed-failures": TRIES - 1, "distributed.comm.timeouts.connect": REACH_SECONDS}
    with dask.config.set(settings):
        if address == LOCAL:
            cluster = library.LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
            )
            with cluster, library.Client(cluster) as client:
                yield client.get_executor(pure=False)
            return
        try:
            client = library.Client(address, timeout=REACH_SECONDS)
        except (OSError, ValueError) as problem:
            raise InvalidRequest(
                f"--cluster {address}: no scheduler answers there ({problem}). Start one with `dask scheduler`, give "
                f"its address, or use --cluster {LOCAL}."
            ) from None
        with client:
            check_workers(client, address, folder)
            yield client.get_executor(pure=False)


def check_workers(client: Any, address: str, folder: Path) -> None:
    """Refuse workers that run other sources or do not see a folder.

    Parameters
    ----------
    client : distributed.Client of the cluster.
    address : of its scheduler, for messages.
    folder : where they will save.
    """
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".seen-by-") as probe:
        found = client.run(_seen, probe.name)
    if not found:
        raise InvalidRequest(f"--cluster {address}: the scheduler has no workers. Start some: dask worker {address}")
    others = sorted(worker for worker, (sources, _) in found.items() if sources != source_hash())
    if others:
        raise MissingData(
            f"--cluster {address}: {len(others)} of {len(found)} workers have other sources of the model than "
            f"there are here, first {others[0]}. Install this version there and start them again."
        )
    blind = sorted(worker for worker, (_, sees) in found.items() if not sees)
    if blind:
        raise UnusableOutput(
            f"--cluster {address}: {len(blind)} of {len(found)} workers do not see {folder}, first {blind[0]}. "
            "Choose a folder that all of them share with --out DIR."
        )


def _seen(path: str) -> tuple[str, bool]:
    """Return a worker's hash of the model's sources, and whether it sees a file."""
    return source_hash(), Path(path).is_file()
