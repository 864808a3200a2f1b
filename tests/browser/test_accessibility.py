"""axe-core (WCAG 2.2 AA, best practices) has nothing to complain about, light and dark, large and small."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import SMALL, WIDE, Opener, Site

LOOKS = pytest.mark.parametrize(("viewport", "scheme"), [(WIDE, "light"), (SMALL, "dark")])


async def complaints(page: Page, axe: str) -> list[str]:
    await page.evaluate(axe)
    found = await page.evaluate("axe.run()")
    return [f"{v['id']}: {node['html'][:200]}" for v in found["violations"] for node in v["nodes"]]


@LOOKS
async def test_the_phones_are_accessible(
    open_page: Opener, site: Site, axe: str, viewport: dict[str, int], scheme: str
) -> None:
    site.phones.deliver("c3", "Would that help?", "tell me more", "not now")
    site.phones.deliver("c3", "And this?", "tell me more", status="failed")
    page = await open_page("/phones", viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    site.phones.deliver("s2", "[TD] New conversation waiting. Case K7.")
    for name in ("Client 1", "Client 3"):
        await page.get_by_role("tab", name=name).click()
        assert await complaints(page, axe) == []
