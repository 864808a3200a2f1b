"""Somebody of the staff at the desk, over HTTP and without a browser: signs in with the code on their phone."""

import re
from dataclasses import dataclass, field

import httpx

from tests.conftest import Phone, World


@dataclass
class DeskClient:
    """One browser's cookies and what it is shown. `post` takes the form's token from the page that is open."""

    world: World
    http: httpx.AsyncClient = field(init=False)
    csrf: str = ""

    def __post_init__(self) -> None:
        transport = httpx.ASGITransport(app=self.world.service.pages, client=("127.0.0.1", 4711))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080")

    async def get(self, path: str, **options: object) -> httpx.Response:
        return self._kept(await self.http.get(path, **options))  # type: ignore[arg-type]

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """The form's answer, with the redirect behind it followed."""
        return self._kept(
            await self.http.post(path, data={"csrf": self.csrf, **fields}, follow_redirects=True)
        )

    def _kept(self, response: httpx.Response) -> httpx.Response:
        found = re.search(r'name="csrf" value="(\w+)"', response.text)
        self.csrf = found.group(1) if found else self.csrf
        return response

    async def ask_for_code(self, name: str) -> httpx.Response:
        return await self.post("/desk/sign-in", name=name)

    async def enter(self, code: str) -> httpx.Response:
        return await self.post("/desk/sign-in/code", code=code)


async def code_on(phone: Phone) -> str:
    """The newest code for the desk on this phone."""
    return (await phone.hears("is your code for the desk"))[:6]


async def signed_in(world: World, name: str) -> DeskClient:
    """One of the demonstration's staff, at the desk."""
    desk = DeskClient(world)
    await desk.ask_for_code(name)
    entered = await desk.enter(await code_on(world.phone(f"staff-{name.lower()}")))
    assert entered.status_code == 200, entered.text
    assert name in entered.text
    return desk
