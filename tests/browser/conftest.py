"""A page in headless Chromium against the in-memory service. Skipped, with the reason, without it."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.web.bell import Bell
from bot.web.listening import listen_for_changes
from tests.browser.fake_backend import FakePhones, make_app
from tests.conftest import World, until
from tests.desk_client import code_on

CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDE = {"width": 1440, "height": 900}
HALF = {"width": 1000, "height": 760}
SMALL = {"width": 390, "height": 844}


@dataclass
class Site:
    """The fake service, listening on a free port."""

    address: str
    phones: FakePhones


@dataclass
class Trouble:
    """What a page must never have: console errors (a CSP violation is one), exceptions, other hosts."""

    expected: tuple[str, ...] = ()
    found: list[str] = field(default_factory=list)

    def watch(self, page: Page, address: str) -> None:
        page.on("console", lambda m: self._note(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("request", lambda request: self._other_host(request.url, address))

    def _other_host(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:")):
            self._note(f"asked another host: {url}")

    def _note(self, text: str) -> None:
        if not any(words in text for words in self.expected):
            self.found.append(text)


Opener = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(CHROMIUM)})")
    expect.set_options(timeout=10_000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        await browser.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    phones = FakePhones()
    async with serving(make_app(phones), phones.bell) as address:
        yield Site(address, phones)


@asynccontextmanager
async def serving(app: FastAPI, bell: Bell) -> AsyncIterator[str]:
    """The pages on a free port; ends their event streams before it waits for them."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await until(lambda: _started(server, task))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        bell.close()
        server.should_exit = True
        await task
        listener.close()


async def _started(server: uvicorn.Server, task: "asyncio.Task[None]") -> bool:
    assert not task.done(), "the server stopped before it had started"
    return server.started


class _Server(uvicorn.Server):
    """Without signal handlers: the test runner has its own."""

    @staticmethod
    def capture_signals() -> Any:  # the shape of uvicorn's method
        return nullcontext()


@pytest.fixture
def trouble() -> Trouble:
    """A test that provokes an error on purpose names it in `trouble.expected`."""
    return Trouble()


@pytest.fixture
async def open_page(browser: Browser, site: Site, trouble: Trouble) -> AsyncIterator[Opener]:
    """open_page("/phones", viewport=SMALL, ...): a page in a fresh profile; it must stay free of trouble."""
    contexts = []

    async def open_it(path: str, *, viewport: Any = WIDE, **options: Any) -> Page:
        context = await browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = await context.new_page()
        trouble.watch(page, site.address)
        await page.goto(site.address + path)
        return page

    yield open_it
    for context in contexts:
        await context.close()
    assert trouble.found == []


@dataclass
class AtDesk:
    """The desk of a whole service without Rasa, and the browsers of people who work at it."""

    world: World
    address: str
    browser: Browser
    trouble: Trouble
    contexts: list[BrowserContext] = field(default_factory=list)

    async def page(self, *, viewport: Any = WIDE, **options: Any) -> Page:
        """A page in a fresh profile; it must stay free of trouble."""
        context = await self.browser.new_context(viewport=viewport, **options)
        self.contexts.append(context)
        context.set_default_timeout(10_000)
        page = await context.new_page()
        self.trouble.watch(page, self.address)
        return page

    async def sign_in(self, name: str, **options: Any) -> Page:
        """Somebody of the demonstration's staff who has just signed in with the code on their phone."""
        page = await self.page(**options)
        await page.goto(f"{self.address}/desk")
        await page.get_by_label("Your name").fill(name)
        await page.get_by_role("button", name="Send me a code").click()
        await page.get_by_label("Code").fill(await code_on(self.world.phone(f"staff-{name.lower()}")))
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url(re.compile(r"/desk(/\w+)?$"))
        return page


@pytest.fixture
async def at_desk(world: World, browser: Browser, trouble: Trouble) -> AsyncIterator[AtDesk]:
    listening = asyncio.create_task(listen_for_changes(world.dsn, world.service.bell))
    async with serving(world.service.pages, world.service.bell) as address:
        desk = AtDesk(world, address, browser, trouble)
        yield desk
        for context in desk.contexts:
            await context.close()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert trouble.found == []


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core, Deque's accessibility checker, as it comes from npm (MPL-2.0, licence beside it)."""
    return (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
