"""``python -m engine.cli`` is the command ``knotwork``."""

from engine.cli.app import main

main()
