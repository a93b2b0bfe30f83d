"""A server in a process that is forked from one that has imported what most runs need.

It is as alone as one that is started, and spares the six seconds for which that one would import.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from engine.cli.app import main
from tests.cli.served import WAIT, Served

FORKING = get_context("forkserver")
FORKING.set_forkserver_preload(
    [
        "server",
        "engine.cli.app",
        "engine.web.auth",
        "engine.web.host",
        "nodes",
        "diffusers.models.autoencoders.autoencoder_kl",
        "diffusers.models.unets.unet_2d_condition",
        "diffusers.schedulers.scheduling_ddim",
        "spandrel",
        "torchvision",
        "transformers.models.clip.modeling_clip",
        "transformers.models.clip.tokenization_clip",
    ]
)


@contextmanager
def forked(*words: str, **environment: str) -> Iterator[Served]:
    """A server that is stopped at the end."""
    reader, writer = FORKING.Pipe(duplex=False)
    process = FORKING.Process(target=_serve, args=(words, environment, writer))
    process.start()
    writer.close()
    with reader, os.fdopen(os.dup(reader.fileno())) as output:
        try:
            yield Served(output.readline())
        finally:
            process.terminate()
            process.join(WAIT)
            process.close()


def _serve(words: tuple[str, ...], environment: dict[str, str], output: Connection) -> None:
    os.environ |= environment
    os.dup2(output.fileno(), sys.stdout.fileno())
    sys.argv = ["knotwork", "serve", "--port", "0", *words]
    main()
