"""The whole story on the page itself, in a browser, against the running service with its real model."""

import asyncio
import re
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import Trouble
from tests.conftest import until
from tests.live import Live

PICTURES = Path(__file__).resolve().parents[2] / "results"


async def _says(page: Page, handset: str, text: str) -> None:
    await page.locator(f"#handset-{handset} textarea").fill(text)
    await page.locator(f"#handset-{handset} textarea").press("Enter")


def _heard(page: Page, handset: str, words: str) -> Locator:
    return page.locator(f"#handset-{handset} .log").get_by_text(words).last


async def _hears(page: Page, handset: str, words: str) -> None:
    await expect(_heard(page, handset, words)).to_be_visible(timeout=20_000)


async def _newest_code(warmline: Live, handset: str) -> str:
    """Read from the handset by its own API: the page of phones is not open meanwhile."""

    async def look() -> str | None:
        texts = await asyncio.to_thread(warmline.phone(handset).texts)
        return next((t["text"] for t in reversed(texts) if "code for the desk" in t["text"]), None)

    return str(await until(look))


async def test_a_client_and_a_counselor_play_the_whole_story_on_the_page(
    browser: Browser, warmline: Live, trouble: Trouble
) -> None:
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    trouble.watch(page, warmline.address)
    await page.goto(f"{warmline.address}/phones")
    client, maria = "client-1", "staff-maria"
    await _says(page, client, "when should I see a therapist?")
    await _hears(page, client, "as soon as someone considers")
    await _says(page, client, "can I talk to a person?")
    await _hears(page, client, "OK to ask?")
    for reply, hears in (
        ("1", "feel safer with"),
        ("1", "must or a wish"),
        ("1", "must not be your counselor"),
        ("not James", "should not ask you about"),
        ("my family", "Is that right?"),
        ("1", "I have sent your request"),
    ):
        await _says(page, client, reply)
        await _hears(page, client, hears)
    alert = page.locator(f"#handset-{maria} .log").get_by_text("New conversation waiting").last
    await expect(alert).to_be_visible(timeout=20_000)
    found = re.search(r"Case (\w+)\.", await alert.inner_text())
    assert found
    tag = found.group(1)
    await page.locator(f"#handset-{maria} .options button", has_text=f"TAKE {tag}").last.click()
    await _hears(page, client, "Maria, a counselor, has joined")
    await _hears(page, maria, f"{tag} asked for")
    await _says(page, client, "thank you for being here")
    await _hears(page, maria, "thank you for being here")
    await _says(page, maria, "I'm glad you wrote. What would help today?")
    await _hears(page, client, "What would help today?")
    PICTURES.mkdir(exist_ok=True)
    await page.screenshot(path=PICTURES / "story.png")
    await page.goto(f"{warmline.address}/desk")
    await page.get_by_role("button", name="Sign in as Maria").click()
    code = re.search(r"(\d{6}) is your code", await _newest_code(warmline, maria))
    assert code
    await page.get_by_label("Code").fill(code.group(1))
    await page.get_by_role("button", name="Sign in").click()
    await page.locator("#queue-list a", has_text=tag).click()
    await expect(page.get_by_text("my family").first).to_be_visible()
    await page.screenshot(path=PICTURES / "desk.png")
    await page.goto(f"{warmline.address}/phones")
    await _says(page, maria, f"DONE {tag}")
    await _hears(page, client, "I'm the automated assistant again")
    assert trouble.found == []
    await page.close()
