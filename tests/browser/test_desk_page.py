"""The desk, as a counselor meets it: with and without scripts, by keyboard, while others work, too."""

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import SMALL, Opener, Site, Trouble


async def open_case(open_page: Opener, number: int, **options: object) -> Page:
    return await open_page(f"/desk/s1/handoffs/{number}", **options)


async def test_the_desk_says_that_login_comes_later_and_asks_who_one_is(open_page: Opener) -> None:
    page = await open_page("/desk")
    await expect(
        page.get_by_text("Login comes later; this desk listens on this machine only.")
    ).to_be_visible()
    await page.get_by_role("link", name="Maria counselor").click()
    await expect(page.get_by_text("You work as Maria")).to_be_visible()


async def test_a_crisis_stands_first_and_the_clocks_run(open_page: Opener) -> None:
    page = await open_page("/desk/s1")
    rows = page.locator("#queue-list li")
    await expect(rows.locator(".tag")).to_have_text(["M4", "K7", "R2"])
    await expect(rows.first).to_contain_text("Crisis")
    await expect(rows.nth(1).locator(".clock")).to_have_text(re.compile(r"^4:(09|[1-5]\d)$"))  # began at 4:07
    await expect(rows.nth(2).locator("a")).to_have_count(0)  # a colleague's: no way in


async def test_a_conversation_is_taken_answered_and_closed(open_page: Opener, site: Site) -> None:
    page = await open_case(open_page, 1)
    await page.get_by_role("button", name="Take K7").click()
    await expect(page.get_by_text("K7 is yours. The assistant is paused.")).to_be_visible()
    await page.get_by_label("Your reply to K7").fill("Hi, this is Maria.")
    await expect(page.locator("#reply-hint")).to_contain_text("25 of 160")  # with the name
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("log")).to_contain_text("Hi, this is Maria.")
    assert site.desk.cases[1].replies == ["Hi, this is Maria."]
    await page.get_by_text("Close…").click()
    await page.get_by_role("button", name="Yes, close K7").click()
    await expect(page.get_by_text("K7 is closed.")).to_be_visible()
    await expect(page.locator("#row-1")).to_have_count(0)
    assert page.url == f"{site.address}/desk/s1"


async def test_the_same_works_without_scripts(open_page: Opener, site: Site) -> None:
    page = await open_case(open_page, 1, java_script_enabled=False)
    await page.get_by_role("button", name="Take K7").click()
    await page.get_by_label("Your reply to K7").fill("Hello.\nI am Maria.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Sent.")).to_be_visible()
    assert site.desk.cases[1].replies == ["Hello.\nI am Maria."]
    await page.get_by_text("Close…").click()
    await page.get_by_role("button", name="Yes, close K7").click()
    await expect(page.get_by_text("K7 is closed.")).to_be_visible()


async def test_passing_leads_back_to_the_queue_and_is_told_once(open_page: Opener) -> None:
    page = await open_case(open_page, 1)
    await page.get_by_role("button", name="Pass to a colleague").click()
    await expect(page.get_by_text("All right, K7 goes to a colleague.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("All right, K7 goes to a colleague.")).to_have_count(0)


async def test_what_not_to_ask_stands_before_everything_else(open_page: Opener) -> None:
    page = await open_case(open_page, 1)
    headings = await page.locator("#main h2").all_text_contents()
    assert headings == ["Do not ask about", "Needs of a counselor", "Conversation"]
    await expect(page.get_by_role("region", name="Do not ask about")).to_contain_text("my family")
    await expect(page.get_by_role("region", name="Needs of a counselor")).to_contain_text("a woman")


async def test_a_crisis_shows_what_the_screen_rests_on(open_page: Opener) -> None:
    page = await open_case(open_page, 2)
    evidence = page.get_by_role("region", name="What the safety screen rests on")
    await expect(evidence).to_contain_text("words about ending their life")
    await expect(page.get_by_role("log")).to_contain_text("screen: crisis")


async def test_a_reply_that_was_refused_is_kept(open_page: Opener, site: Site, trouble: Trouble) -> None:
    trouble.expected = ("409",)
    page = await open_case(open_page, 1)
    await page.get_by_role("button", name="Take K7").click()
    await page.get_by_label("Your reply to K7").fill("do not lose this")
    site.desk.refuses = "K7 has opted out, so nothing was sent."
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_have_text("K7 has opted out, so nothing was sent.")
    site.desk.client_writes(1, "and this comes in")
    await expect(page.get_by_role("log")).to_contain_text("and this comes in")
    await expect(page.get_by_label("Your reply to K7")).to_have_value("do not lose this")


async def test_a_case_that_a_colleague_took_first_is_not_shown(
    open_page: Opener, site: Site, trouble: Trouble
) -> None:
    trouble.expected = ("409",)
    page = await open_case(open_page, 1, java_script_enabled=False)
    site.desk.colleague_takes(1)
    await page.get_by_role("button", name="Take K7").click()
    await expect(page.get_by_role("alert")).to_have_text("K7 is already taken.")
    await expect(page.get_by_text("can I talk to a person?")).to_have_count(0)


async def test_news_comes_in_while_a_reply_is_being_written(open_page: Opener, site: Site) -> None:
    page = await open_case(open_page, 1)
    await page.get_by_role("button", name="Take K7").click()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    box = page.get_by_label("Your reply to K7")
    await box.fill("half a sent")
    site.desk.client_writes(1, "<b>are you there?</b>")
    await expect(page.get_by_role("log")).to_contain_text("<b>are you there?</b>")
    await expect(box).to_have_value("half a sent")
    await expect(box).to_be_focused()


async def test_a_case_that_goes_to_a_colleague_meanwhile_is_announced_and_stopped(
    open_page: Opener, site: Site, trouble: Trouble
) -> None:
    trouble.expected = ("404",)
    page = await open_case(open_page, 1)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    site.desk.colleague_takes(1)
    await expect(page.get_by_role("alert")).to_contain_text("was closed or is with a colleague now")
    await expect(page.get_by_role("button", name="Take K7")).to_be_disabled()
    await expect(page.locator("#case-1")).to_contain_text("with Tom")


async def test_a_new_crisis_is_announced(open_page: Opener, site: Site) -> None:
    crisis = site.desk.cases.pop(2)
    page = await open_page("/desk/s1")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    site.desk.cases[2] = crisis
    site.desk.bell.ring("")
    await expect(page.locator("#announce")).to_have_text("New in the queue: Crisis M4")
    await expect(page.locator("#queue-list li").first).to_contain_text("M4")


async def test_the_keys_on_the_page_do_what_it_says(open_page: Opener, site: Site) -> None:
    page = await open_page("/desk/s1")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.keyboard.press("j")
    await expect(page.locator("#row-2")).to_be_focused()
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await page.keyboard.press("j")
    await expect(page.locator("#row-1")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/handoffs/1")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.keyboard.press("t")
    await expect(page.get_by_text("K7 is yours.")).to_be_visible()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.keyboard.press("r")
    await expect(page.get_by_label("Your reply to K7")).to_be_focused()
    await page.keyboard.type("jkt: typed, not obeyed")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("log")).to_contain_text("jkt: typed, not obeyed")


async def test_the_single_letter_keys_can_be_switched_off(open_page: Opener) -> None:
    page = await open_page("/desk/s1")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.get_by_text("Keys", exact=True).click()
    await page.get_by_label("Single-letter keys on").uncheck()
    await page.reload()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.keyboard.press("j")
    await expect(page.locator("#row-2")).not_to_be_focused()


async def test_on_a_small_screen_the_conversation_has_the_page_and_a_way_back(open_page: Opener) -> None:
    page = await open_case(open_page, 1, viewport=SMALL)
    await expect(page.get_by_role("navigation", name="Queue")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    await page.get_by_role("link", name="← Queue").click()
    await expect(page.get_by_role("navigation", name="Queue")).to_be_visible()
