"""The desk, as staff meet it in a browser: by keyboard, on a phone, while clients and colleagues do things meanwhile.

The service behind it is whole but for Rasa.
"""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.demonstration import STAFF
from bot.domain.needs import Needs
from bot.services.handoff import open_handoff
from bot.store import conversations
from tests.browser.conftest import SMALL, WIDE, AtDesk
from tests.browser.test_accessibility import complaints
from tests.conftest import Phone, World

PICTURES = Path(__file__).resolve().parents[2] / "results"
CRISIS = "i am going to kill myself tonight"
LOOKS = pytest.mark.parametrize(("viewport", "scheme"), [(WIDE, "light"), (SMALL, "dark")])


async def _asks(world: World, phone: Phone, needs: Needs = Needs()) -> str:  # noqa: B008
    """A client asks for a person. Returns the case's tag."""
    await phone.says("when should I see a therapist?")
    await phone.hears("answer to: when")
    channel = "phone-telegram" if phone.id == "client-3" else "phone-sms"
    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, channel, phone.id)
    await open_handoff(world.service.context, conversation_id, None, needs)
    alert = await world.maria.hears("New conversation waiting")
    return alert.split("Case ")[1].split(".")[0]


async def _live(page: Page) -> None:
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()


async def _open(page: Page, tag: str) -> None:
    await page.locator("#queue-list a", has_text=tag).click()
    await expect(page.get_by_role("heading", name=tag, exact=True)).to_be_visible()


async def _picture(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    await page.screenshot(path=PICTURES / f"desk-{name}.png")


async def test_a_whole_shift_from_signing_in_to_signing_out(at_desk: AtDesk) -> None:
    """Sign in, queue, take, canned reply, reply, note, transfer's way out, close with a reason, report, sign out."""
    world = at_desk.world
    at_desk.trouble.expected = ("404",)  # the page looks once more at what it has just closed
    page = await at_desk.sign_in("Robin")
    await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    await _live(page)
    tag = await _asks(world, world.client, Needs(do_not_ask=("my family",)))
    await expect(page.locator("#queue-list")).to_contain_text(tag)
    await _open(page, tag)
    await page.get_by_role("button", name=f"Take {tag}").click()
    await expect(page.get_by_text(f"{tag} is yours.", exact=False).first).to_be_visible()
    await world.client.hears("Robin, a counselor, has joined")
    await page.get_by_text("Canned replies").click()
    await page.get_by_role("link", name="Hello").click()
    box = page.get_by_label(f"Your reply to {tag}")
    await expect(box).to_have_value(re.compile("^I'm here"))
    await box.fill("I read what you wrote. What would help today?")
    await expect(page.locator("#reply-hint")).to_contain_text("of 160")
    await page.get_by_role("button", name="Send", exact=True).click()
    await world.client.hears("Robin: I read what you wrote.")
    await expect(page.get_by_role("log")).to_contain_text("delivered")
    await world.client.says("just someone to talk to")
    await expect(page.get_by_role("log")).to_contain_text("just someone to talk to")
    await page.get_by_text("Add a private note").click()
    await page.get_by_label("Only staff can read it.").fill("Prefers mornings.")
    await page.get_by_role("button", name="Keep the note").click()
    await expect(page.get_by_role("region", name="Private notes")).to_contain_text("Prefers mornings.")
    await page.get_by_text("Close…").click()
    await page.get_by_label("How did it end?").select_option("referred")
    await page.get_by_role("button", name=f"Yes, close {tag}").click()
    await expect(page.get_by_text(f"{tag} is closed.")).to_be_visible()
    await world.client.hears("I'm the automated assistant again")
    await page.get_by_role("link", name="Reports").click()
    row = page.get_by_role("row", name=re.compile("^Requests for a person"))
    await expect(row.get_by_role("cell").nth(1)).to_have_text("1")
    await page.get_by_role("link", name="Record").click()
    await expect(page.get_by_role("row", name=re.compile("took a conversation")).first).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.goto(f"{at_desk.address}/desk")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert not any("mornings" in text for text in await world.client.unheard())


async def test_the_same_works_without_scripts(at_desk: AtDesk) -> None:
    world = at_desk.world
    tag = await _asks(world, world.client)
    page = await at_desk.sign_in("Maria", java_script_enabled=False)
    await _open(page, tag)
    await page.get_by_role("button", name=f"Take {tag}").click()
    await page.get_by_text("Canned replies").click()
    await page.get_by_role("link", name="Still there?").click()
    await page.get_by_role("button", name="Send", exact=True).click()
    await world.client.hears("Maria: I'm still here.")
    await page.get_by_text("Close…").click()
    await page.get_by_label("How did it end?").select_option("helped")
    await page.get_by_role("button", name=f"Yes, close {tag}").click()
    await expect(page.get_by_text(f"{tag} is closed.")).to_be_visible()


async def test_a_crisis_stands_first_shows_what_the_screen_rests_on_and_the_clocks_run(
    at_desk: AtDesk,
) -> None:
    world = at_desk.world
    calm = await _asks(world, world.client)
    page = await at_desk.sign_in("Maria")
    await _live(page)
    await world.phone("client-2").says(CRISIS)
    await expect(page.locator("#announce")).to_contain_text("New in the queue: Crisis")
    rows = page.locator("#queue-list li")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("Crisis")
    await expect(rows.nth(1).locator(".tag")).to_have_text(calm)
    first = await rows.nth(1).locator(".clock").inner_text()
    await expect(rows.nth(1).locator(".clock")).not_to_have_text(first)
    await rows.first.locator("a").click()
    evidence = page.get_by_role("region", name="What the safety screen rests on")
    await expect(evidence).to_contain_text("kill myself")
    await expect(page.get_by_role("log")).to_contain_text("screen: crisis")


async def test_what_not_to_ask_stands_first_and_their_own_words_are_for_who_took_it(at_desk: AtDesk) -> None:
    world = at_desk.world
    needs = Needs(must=("gender:woman",), do_not_ask=("my family",), note="someone unlike him")
    tag = await _asks(world, world.client, needs)
    page = await at_desk.sign_in("Maria")
    await _open(page, tag)
    await expect(page.get_by_role("region", name="Needs of a counselor")).to_contain_text("a woman")
    await expect(page.get_by_text("you see after taking it")).to_be_visible()
    for words in ("someone unlike him", "my family"):
        await expect(page.get_by_text(words)).to_have_count(0)
    await page.get_by_role("button", name=f"Take {tag}").click()
    await expect(page.get_by_text("someone unlike him")).to_be_visible()
    await expect(page.locator("#main h2").first).to_have_text("Do not ask about")
    await expect(page.get_by_text("my family")).to_be_visible()


async def test_who_is_not_eligible_sees_that_somebody_waits_and_nothing_else(at_desk: AtDesk) -> None:
    world = at_desk.world
    tag = await _asks(world, world.client, Needs(must=("gender:woman",)))
    at_desk.trouble.expected = ("404",)
    page = await at_desk.sign_in("James")
    row = page.locator("#queue-list li", has_text=tag)
    await expect(row).to_contain_text("not for you")
    await expect(row.locator("a")).to_have_count(0)
    number = (await row.get_attribute("id") or "").removeprefix("case-")
    await page.goto(f"{at_desk.address}/desk/handoffs/{number}")
    await expect(page.get_by_text("not yours to see")).to_be_visible()
    await expect(page.get_by_text("when should I see")).to_have_count(0)


async def test_a_case_that_a_colleague_takes_meanwhile_is_announced_and_stopped(at_desk: AtDesk) -> None:
    world = at_desk.world
    at_desk.trouble.expected = ("404",)
    tag = await _asks(world, world.client)
    page = await at_desk.sign_in("James")
    await _open(page, tag)
    await _live(page)
    await world.maria.says(f"TAKE {tag}")
    await expect(page.get_by_role("alert").first).to_contain_text("was closed or is with a colleague now")
    await expect(page.get_by_role("button", name=f"Take {tag}")).to_be_disabled()
    await expect(page.locator("#queue-list")).to_contain_text("with Maria")


async def test_news_comes_in_while_a_reply_is_being_written_and_a_refused_reply_is_kept(
    at_desk: AtDesk,
) -> None:
    world = at_desk.world
    at_desk.trouble.expected = ("409",)
    tag = await _asks(world, world.client)
    page = await at_desk.sign_in("Maria")
    await _open(page, tag)
    await page.get_by_role("button", name=f"Take {tag}").click()
    await _live(page)
    box = page.get_by_label(f"Your reply to {tag}")
    await box.fill("half a sent")
    await world.client.says("<b>are you there?</b>")
    await expect(page.get_by_role("log")).to_contain_text("<b>are you there?</b>")
    await expect(box).to_have_value("half a sent")
    await expect(box).to_be_focused()
    await world.client.says("STOP")
    await world.client.hears("")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("alert").first).to_contain_text("opted out")
    await expect(page.get_by_label(f"Your reply to {tag}")).to_have_value("half a sent")


async def test_a_conversation_is_passed_on_with_a_note_to_a_colleague_who_fits_and_to_no_other(
    at_desk: AtDesk,
) -> None:
    world = at_desk.world
    at_desk.trouble.expected = ("404",)
    tag = await _asks(world, world.client, Needs(never=("gender:man",)))
    page = await at_desk.sign_in("Maria")
    await _open(page, tag)
    await page.get_by_role("button", name=f"Take {tag}").click()
    await page.get_by_text("Pass on…").click()
    choice = page.get_by_label("To whom?")
    assert await choice.locator("option").all_text_contents() == ["Everybody else who fits", "Robin"]
    await choice.select_option("Robin")
    await page.get_by_label("A note for whoever takes it").fill("Wants to write slowly.")
    await page.get_by_role("button", name=f"Pass {tag} on").click()
    await expect(page.locator("#queue-list")).not_to_contain_text("yours")
    robin = await at_desk.sign_in("Robin")
    await _open(robin, tag)
    await expect(robin.get_by_role("region", name="Private notes")).to_contain_text("Wants to write slowly.")


async def test_a_supervisor_reads_along_and_cannot_answer(at_desk: AtDesk) -> None:
    world = at_desk.world
    tag = await _asks(world, world.client)
    await world.maria.says(f"TAKE {tag}")
    await world.client.hears("Maria, a counselor")
    page = await at_desk.sign_in("Robin")
    await page.get_by_role("link", name="Overview").click()
    await expect(page.get_by_role("row", name=re.compile(tag))).to_contain_text("Maria")
    await page.get_by_role("row", name=re.compile(tag)).get_by_role("link").click()
    await expect(page.get_by_text("you are reading along")).to_be_visible()
    await expect(page.get_by_label(f"Your reply to {tag}")).to_have_count(0)


async def test_an_emergency_is_recorded_with_the_four_things_the_law_wants(at_desk: AtDesk) -> None:
    world = at_desk.world
    tag = await _asks(world, world.client)
    page = await at_desk.sign_in("Robin")
    await _open(page, tag)
    await page.get_by_role("button", name=f"Take {tag}").click()
    await page.get_by_role("link", name="Record a medical emergency").click()
    await page.get_by_label("Name of the medical person").fill("a nurse on duty")
    await page.get_by_label("Hospital or service").fill("a hospital nearby")
    await page.get_by_label("4. Nature of the emergency").fill("not breathing well")
    await page.get_by_role("button", name="Record it").click()
    await expect(page.get_by_text("The emergency is recorded.")).to_be_visible()
    await page.goto(f"{at_desk.address}/desk/emergencies")
    row = page.get_by_role("row", name=re.compile(tag))
    for words in ("a nurse on duty", "a hospital nearby", "Robin", "not breathing well"):
        await expect(row).to_contain_text(words)


async def test_the_keys_on_the_page_do_what_it_says_and_can_be_switched_off(at_desk: AtDesk) -> None:
    world = at_desk.world
    tag = await _asks(world, world.client)
    page = await at_desk.sign_in("Maria")
    await _live(page)
    await page.keyboard.press("j")
    await expect(page.locator("#queue-list a")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/handoffs/*")
    await _live(page)
    await page.keyboard.press("t")
    await expect(page.get_by_label(f"Your reply to {tag}")).to_be_visible()
    await _live(page)
    await page.keyboard.press("r")
    await expect(page.get_by_label(f"Your reply to {tag}")).to_be_focused()
    await page.keyboard.type("jktnq: typed, not obeyed")
    await page.keyboard.press("Control+Enter")
    await world.client.hears("jktnq: typed, not obeyed")
    await page.wait_for_load_state()
    await _live(page)
    await page.keyboard.press("n")
    await expect(page.get_by_label("Only staff can read it.")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.locator("#main").focus()
    await page.get_by_text("Keys", exact=True).click()
    await page.get_by_label("Single-letter keys on").uncheck()
    await page.keyboard.press("q")
    await expect(page.get_by_role("heading", name=tag, exact=True)).to_be_visible()


async def test_a_page_whose_session_has_ended_shows_nothing_any_more(at_desk: AtDesk) -> None:
    world = at_desk.world
    at_desk.trouble.expected = ("401",)
    tag = await _asks(world, world.client)
    page = await at_desk.sign_in("Maria")
    await _open(page, tag)
    await _live(page)
    world.clock.move(minutes=16)
    await world.client.says("one more text")
    await page.wait_for_url("**/desk/sign-in")
    await expect(page.get_by_text("when should I see")).to_have_count(0)


async def test_on_a_small_screen_the_conversation_has_the_page_and_a_way_back(at_desk: AtDesk) -> None:
    world = at_desk.world
    tag = await _asks(world, world.client)
    page = await at_desk.sign_in("Maria", viewport=SMALL)
    await _open(page, tag)
    await expect(page.get_by_role("navigation", name="Queue")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    await page.get_by_role("link", name="← Queue").click()
    await expect(page.get_by_role("navigation", name="Queue")).to_be_visible()


@LOOKS
async def test_every_page_of_the_desk_is_accessible(
    at_desk: AtDesk, axe: str, viewport: dict[str, int], scheme: str
) -> None:
    """axe-core, WCAG 2.2 AA and best practices; the pictures are for people to look at."""
    world = at_desk.world
    needs = Needs(must=("gender:nonbinary",), never=(f"counselor:{STAFF[1].id}",), do_not_ask=("my family",))
    await world.phone("client-2").says(CRISIS)
    tag = await _asks_robin(world, needs)
    page = await at_desk.page(viewport=viewport, color_scheme=scheme)
    await page.goto(f"{at_desk.address}/desk/sign-in")
    await _looked_at(page, axe, f"sign-in-{scheme}")
    page = await at_desk.sign_in("Robin", viewport=viewport, color_scheme=scheme)
    await _looked_at(page, axe, f"queue-{scheme}")
    await _open(page, tag)
    await page.get_by_role("button", name=f"Take {tag}").click()
    await page.get_by_label(f"Your reply to {tag}").fill("Hi, I'm here.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("log")).to_contain_text("Hi, I'm here.")
    await page.get_by_text("Add a private note").click()
    await page.get_by_label("Only staff can read it.").fill("Prefers mornings.")
    await page.get_by_role("button", name="Keep the note").click()
    await world.client.says("thank you")
    await expect(page.get_by_role("log")).to_contain_text("thank you")
    await _looked_at(page, axe, f"conversation-{scheme}")
    case = page.url
    for name in ("overview", "team", "questions", "reports", "audit", "you", "emergencies"):
        await page.goto(f"{at_desk.address}/desk/{name}")
        await _looked_at(page, axe, f"{name}-{scheme}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], name
    await page.goto(f"{case}/emergency")
    await _looked_at(page, axe, f"emergency-{scheme}")


async def _asks_robin(world: World, needs: Needs) -> str:
    await world.client.says("when should I see a therapist?")
    await world.client.hears("answer to: when")
    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
    await open_handoff(world.service.context, conversation_id, None, needs)
    alert = await world.robin.hears("Priority: NORMAL")
    return alert.split("Case ")[1].split(".")[0]


async def _looked_at(page: Page, axe: str, name: str) -> None:
    assert await complaints(page, axe) == [], name
    await _picture(page, name)
