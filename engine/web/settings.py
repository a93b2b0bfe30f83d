"""The settings that the server runs with; none of them is a secret."""

from __future__ import annotations

from engine.service.records import SettingsRecord
from engine.web.serving import Serving, router

routes = router("settings")


@routes.get("/settings")
async def read_settings(service: Serving) -> SettingsRecord:
    """Tell budgets, device and folders."""
    settings = service.settings
    return SettingsRecord(
        workspace=str(service.workspace.folder),
        home=str(settings.home),
        file_roots=tuple(map(str, settings.file_roots)),
        model_roots=tuple(map(str, settings.model_roots)),
        library_roots=tuple(map(str, settings.library_roots)),
        disk_budget=settings.disk_budget,
        ram_budget=settings.ram_budget,
        vram_budget=settings.vram_budget,
        offload=settings.offload,
        upload_limit=settings.upload_limit,
        upload_budget=settings.upload_budget,
        device=service.headless.local.device,
        offline=settings.offline,
        threads=settings.threads,
    )
