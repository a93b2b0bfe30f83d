"""The server without HTTP: every part, made in order and closed in order. Lives on one event loop."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from sqlalchemy import text

from engine.declare.registry import Registry
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.service.artifacts import Artifacts
from engine.service.catalogue import Catalogue
from engine.service.channels import Channels
from engine.service.database import Database
from engine.service.examples import FOLDER, Examples
from engine.service.folders import Folders, Root
from engine.service.forking import Forking
from engine.service.history import History
from engine.service.insides import Insides
from engine.service.library import Library
from engine.service.models import Models
from engine.service.planning import Planner
from engine.service.previews import Previews
from engine.service.queue import RunQueue
from engine.service.recognitions import Recognitions
from engine.service.records import GraphSource, RunRecord, RunRequest
from engine.service.sessions import Sessions
from engine.service.signatures import Signatures
from engine.service.sources import Sources, check
from engine.service.uploads import Uploads
from engine.service.values import Values
from engine.service.workspace import Workspace
from engine.settings import Settings
from engine.store.roots import NamedRoot, model_roots


@dataclass(frozen=True, slots=True)
class Service:
    """What routes and sockets ask.

    Attributes:
        settings: What it runs with.
        headless: Plans and runs graphs.
        database: Keeps runs and sessions.
        channels: Tell clients what happens.
        previews: Show clients what is being computed.
        workspace: The graph files, and the templates.
        sources: Finds the graph that somebody means.
        artifacts: The files that runs gave.
        sessions: The graphs that are open.
        insides: What lies inside the instances of open graphs.
        planner: What runs of open graphs would do.
        values: What is stored of open graphs.
        forking: Opens graphs anew whose loops go on from a turn that was kept.
        queue: The runs that wait, and the one that runs.
        history: The runs that were.
        uploads: The files that callers sent.
        folders: The other files that params may name.
        models: The models on disk.
        catalogue: The nodes that are installed.
        library: The graphs that any other one can refer to.
        examples: Pictures of what graphs give, shown until there is a result.
        signatures: What graphs take and give.
    """

    settings: Settings
    headless: Headless
    database: Database
    channels: Channels
    previews: Previews
    workspace: Workspace
    sources: Sources
    artifacts: Artifacts
    sessions: Sessions
    insides: Insides
    planner: Planner
    values: Values
    forking: Forking
    queue: RunQueue
    history: History
    uploads: Uploads
    folders: Folders
    models: Models
    catalogue: Catalogue
    library: Library
    examples: Examples
    signatures: Signatures

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, folder: Path, registry: Registry | None = None, database_url: str = ""
    ) -> AsyncGenerator[Service]:
        """Open everything, and go on where the last server stopped.

        Args:
            settings: Where things lie, and how much room they may take.
            folder: The workspace: the folder of graph files.
            registry: The nodes; those of the installed packs when not given.
            database_url: Of another database than the one in the home folder.

        Raises:
            KnotworkError: A part can't be opened.
        """
        uploads = Uploads(settings.home / "uploads", settings.upload_limit, settings.upload_budget)
        settings = with_roots(settings, uploads.folder)
        workspace = Workspace(folder, settings)
        async with AsyncExitStack() as stack:
            database = await Database.open(database_url, settings.home)
            stack.push_async_callback(database.close)
            headless = Headless(settings, registry=registry, base=workspace.folder, local=False)
            stack.push_async_callback(asyncio.to_thread, headless.close)
            service = cls._around(database, headless, workspace, uploads)
            stack.callback(service.previews.close)
            for part in (service.sessions, service.queue):
                await part.start()
                stack.push_async_callback(part.stop)
            yield service

    @classmethod
    def _around(
        cls, database: Database, headless: Headless, workspace: Workspace, uploads: Uploads
    ) -> Service:
        """Make the parts, and let them know of each other."""
        channels, previews = Channels(secrets.token_hex(8)), Previews()
        artifacts = Artifacts(headless.settings.home, database)
        queue = RunQueue(database, headless, artifacts, channels, previews.offer)
        sessions = Sessions(database, workspace, headless, channels)
        sources, planner = Sources(workspace, headless), Planner(headless, sessions)
        values = Values(headless, planner)
        channels.source("graph:", sessions.snapshot)
        channels.source("queue", queue.snapshot)
        channels.source("run:", queue.snapshot_run)
        return cls(
            settings=headless.settings,
            headless=headless,
            database=database,
            channels=channels,
            previews=previews,
            workspace=workspace,
            sources=sources,
            artifacts=artifacts,
            sessions=sessions,
            insides=Insides(sessions, workspace, headless.registry),
            planner=planner,
            values=values,
            forking=Forking(sessions, planner, values, sources, headless.store),
            queue=queue,
            history=History(database, artifacts, channels),
            uploads=uploads,
            folders=_folders(headless, workspace, uploads),
            models=_models(headless),
            catalogue=Catalogue(headless.registry),
            library=Library(workspace, headless),
            examples=Examples(workspace, headless, sessions),
            signatures=Signatures(workspace, headless, sources.named),
        )

    async def graph(self, source: GraphSource) -> tuple[Graph, str]:
        """The graph that somebody means, and the id of the session that it is open in.

        Args:
            source: Says it in one of three ways.

        Raises:
            KnotworkError: There is no such graph, or it can't be read.
        """
        check(source)
        if source.session:
            name = (await self.sessions.get(source.session)).name
            graph = await self.sessions.graph(source.session)
            return await asyncio.to_thread(self.sources.at_root, graph, name), source.session
        return await self.sources.find(source), ""

    async def submit(self, request: RunRequest) -> tuple[RunRecord, ...]:
        """Queue what a request asks for, under the title of the graph or its file; see ``RunQueue.submit``.

        Raises:
            KnotworkError: There is no such graph or session, or it can't be run so.
        """
        graph, session = await self.graph(request.graph)
        session = session or request.session
        name = (await self.sessions.get(session)).name if session else request.graph.name
        title = request.title or graph.title or PurePosixPath(name).stem
        return await self.queue.submit(request.model_copy(update={"title": title}), graph, session)

    async def carried(self, session: str) -> str:
        """The text of a session's graph that a file carries.

        Raises:
            NoSession: There is no such session.
            KnotworkError: A graph that it refers to can't be read.
        """
        graph, _ = await self.graph(GraphSource(session=session))
        return await asyncio.to_thread(self.headless.carried, graph)

    async def probe(self) -> None:
        """Ask the database for an answer.

        Raises:
            DatabaseError: It gives none.
        """
        async with self.database.read() as connection:
            await connection.execute(text("SELECT 1"))


def _models(headless: Headless) -> Models:
    settings, registry = headless.settings, headless.registry
    recognitions = Recognitions(settings.home / "recognised.json", registry.recogniser_version)
    return Models(settings.model_roots, registry.recognise, recognitions)


def _folders(headless: Headless, workspace: Workspace, uploads: Uploads) -> Folders:
    settings = headless.settings
    own = NamedRoot(workspace.folder)
    roots: dict[Root, Sequence[NamedRoot]] = {
        "files": (own, *map(NamedRoot, settings.file_roots)),
        "models": (own, *model_roots(settings.model_roots)),
    }
    hidden = [uploads.folder, *(root / FOLDER for root in settings.library_roots)]
    return Folders(roots, hidden, headless.files)


def with_roots(settings: Settings, uploads: Path) -> Settings:
    """The settings of a server: graphs find uploads, and what lies beside the graphs of the library."""
    more = (uploads, *settings.library_roots)
    return replace(
        settings, file_roots=(*settings.file_roots, *more), model_roots=(*settings.model_roots, *more)
    )
