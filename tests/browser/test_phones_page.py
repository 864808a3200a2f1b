"""The page of phones, as a person meets it: eyes, keyboard, a small screen, a lost connection."""

import pytest
from playwright.async_api import Locator, Page, expect

from bot.domain.sms_text import segments
from tests.browser.conftest import HALF, SMALL, WIDE, Opener, Site, Trouble


def handset(page: Page, handset_id: str) -> Locator:
    return page.locator(f"#handset-{handset_id}")


async def write(page: Page, handset_id: str, text: str) -> None:
    await handset(page, handset_id).locator("textarea").fill(text)
    await handset(page, handset_id).locator("textarea").press("Enter")


async def test_a_client_can_ask_and_be_answered_with_the_keyboard_alone(open_page: Opener) -> None:
    page = await open_page("/phones")
    await expect(handset(page, "c1")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the phones")).to_be_focused()
    await page.keyboard.press("Enter")
    box = handset(page, "c1").get_by_role("textbox")
    for _ in range(6):
        await page.keyboard.press("Tab")
        if await box.evaluate("box => box === document.activeElement"):
            break
    await expect(box).to_be_focused()
    await page.keyboard.type("when should I see a therapist?")
    await page.keyboard.press("Enter")
    await expect(handset(page, "c1").get_by_role("log")).to_contain_text("whenever you think you need one")
    await expect(box).to_be_focused()


async def test_arrow_keys_move_between_the_clients_phones(open_page: Opener) -> None:
    page = await open_page("/phones")
    await page.get_by_role("tab", name="Client 1").focus()
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("tab", name="Client 3")).to_be_focused()
    await expect(page.get_by_role("tab", name="Client 3")).to_have_attribute("aria-selected", "true")
    await expect(handset(page, "c3")).to_be_visible()
    await expect(handset(page, "c1")).to_be_hidden()


async def test_an_sms_phone_shows_its_options_as_numbers_in_the_text(open_page: Opener, site: Site) -> None:
    page = await open_page("/phones")
    site.phones.deliver("c1", "Would that help?", "tell me more", "not now")
    log = handset(page, "c1").get_by_role("log")
    await expect(log).to_contain_text("Would that help? Reply 1 = tell me more, 2 = not now.")
    await expect(log.get_by_role("button")).to_have_count(0)


async def test_a_pressed_button_is_sent_and_older_questions_close(open_page: Opener, site: Site) -> None:
    page = await open_page("/phones")
    await page.get_by_role("tab", name="Client 3").click()
    asked = site.phones.deliver("c3", "Would that help?", "tell me more", "not now")
    first = handset(page, "c3").get_by_role("button", name="tell me more")
    await expect(first).to_be_enabled()
    await first.click()
    await expect(first).to_be_disabled()
    await expect(handset(page, "c3").locator(f'[data-id="{asked.id}"] button:enabled')).to_have_count(0)
    await expect(handset(page, "c3").get_by_role("button", name="talk to a person")).to_be_enabled()
    await expect(handset(page, "c3").locator("textarea")).to_be_focused()
    assert site.phones.presses == [("c3", asked.id, "t1")]


async def test_a_refused_press_says_so_and_can_be_tried_again(
    open_page: Opener, site: Site, trouble: Trouble
) -> None:
    trouble.expected = ("404",)
    page = await open_page("/phones")
    await page.get_by_role("tab", name="Client 3").click()
    site.phones.deliver("c3", "Would that help?", "tell me more")
    button = handset(page, "c3").get_by_role("button", name="tell me more")
    await page.route("**/presses", lambda route: route.continue_(post_data='{"text_id": 99, "token": "x"}'))
    await button.click()
    await expect(handset(page, "c3").get_by_role("alert")).to_have_text("That text has no such option.")
    await expect(button).to_be_enabled()


async def test_the_line_under_the_composer_counts_segments(open_page: Opener) -> None:
    page = await open_page("/phones")
    counter = handset(page, "c1").locator(".counter")
    await expect(counter).to_have_text("0 of 160 · 1 segment · GSM-7")
    for typed, says in (
        ("hello", "5 of 160 · 1 segment · GSM-7"),
        ("x" * 161, "8 of 153 · 2 segments · GSM-7"),
        ("it’s", "4 of 70 · 1 segment · UCS-2 (because of ’)"),
        ("é" * 160, "160 of 160 · 1 segment · GSM-7"),
        ("é" * 152 + "€€€€€", "10 of 153 · 2 segments · GSM-7"),
        ("🙂" * 36, "6 of 67 · 2 segments · UCS-2 (because of 🙂)"),
    ):
        await handset(page, "c1").locator("textarea").fill(typed)
        await expect(counter).to_have_text(says)


async def test_the_page_counts_segments_as_the_service_does(open_page: Opener) -> None:
    page = await open_page("/phones")
    texts = [
        c * n
        for c in ("a", "€", "ж", "🙂", "a€", "a🙂", "\n[")
        for n in (0, 1, 67, 70, 77, 153, 160, 161, 500)
    ]
    counted = await page.evaluate(
        "async texts => { const { cost } = await import('/static/segments.js');"
        " return texts.map(text => cost(text).segments); }",
        texts,
    )
    assert counted == [segments(text) for text in texts]


async def test_a_counselors_phone_rings_where_everybody_sees_it(open_page: Opener) -> None:
    page = await open_page("/phones")
    await write(page, "c1", "can I talk to a person?")
    await expect(handset(page, "s1")).to_have_class("handset current rings")
    await expect(handset(page, "s1").get_by_role("log")).to_contain_text("Case K7")
    await expect(handset(page, "s2").get_by_role("log")).not_to_contain_text("Case K7")
    await page.get_by_role("button", name="TAKE K7", exact=True).first.click()
    await page.keyboard.press("Enter")
    await expect(handset(page, "c1").get_by_role("log")).to_contain_text("a counselor, has joined")


async def test_answering_a_ringing_phone_stops_the_ring(open_page: Opener, site: Site) -> None:
    page = await open_page("/phones")
    await expect(handset(page, "s2")).to_be_visible()
    site.phones.deliver("s2", "[TD] New conversation waiting. Case K7.")
    await expect(handset(page, "s2")).to_have_class("handset rings")
    await handset(page, "s2").locator("textarea").focus()
    await expect(handset(page, "s2")).to_have_class("handset")


async def test_on_a_small_screen_one_handset_shows_and_an_alert_leads_to_the_other(
    open_page: Opener, site: Site
) -> None:
    page = await open_page("/phones", viewport=SMALL)
    await expect(page.locator(".handset:visible")).to_have_count(1)
    site.phones.deliver("s2", "[TD] New conversation waiting. Case K7.")
    await expect(page.get_by_role("tab", name="Tom 1 new")).to_be_visible()
    await expect(page.locator("#announce")).to_contain_text("Tom: [TD] New conversation waiting")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator(".handset:visible")).to_have_count(1)
    await expect(handset(page, "s2").locator("textarea")).to_be_focused()
    await expect(page.get_by_role("tab", name="Tom", exact=True)).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_role("button", name="Show")).to_be_hidden()


@pytest.mark.parametrize("viewport", [WIDE, HALF, SMALL, {"width": 320, "height": 640}])
async def test_nothing_is_wider_than_the_screen_and_the_composer_is_on_it(
    open_page: Opener, site: Site, viewport: dict[str, int]
) -> None:
    site.phones.deliver("c1", "longwordwithoutspaces" * 30, "tell me more", "not now")
    page = await open_page("/phones", viewport=viewport)
    await expect(handset(page, "c1").get_by_role("log")).to_contain_text("longword")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= viewport["width"]
    await expect(handset(page, "c1").locator("textarea")).to_be_in_viewport()


async def test_what_people_write_is_shown_as_text_and_never_as_a_page(open_page: Opener, site: Site) -> None:
    page = await open_page("/phones")
    sharp = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    await write(page, "c1", sharp)
    await expect(handset(page, "c1").locator(".from_phone .bubble")).to_have_text(sharp)
    site.phones.deliver("c3", sharp, sharp)
    await page.get_by_role("tab", name="Client 3").click()
    await expect(handset(page, "c3").get_by_role("button", name=sharp)).to_be_visible()
    assert await handset(page, "c1").locator("img, script").count() == 0


async def test_the_newest_text_is_in_view_unless_one_has_scrolled_back_to_read(
    open_page: Opener, site: Site
) -> None:
    for number in range(30):
        site.phones.deliver("c1", f"text number {number}")
    page = await open_page("/phones")
    bubbles = handset(page, "c1").locator(".bubble")
    await expect(bubbles.last).to_be_in_viewport()
    site.phones.deliver("c1", "a new one")
    await expect(page.get_by_text("a new one")).to_be_in_viewport()
    await bubbles.first.scroll_into_view_if_needed()
    await expect(bubbles.last).not_to_be_in_viewport()
    site.phones.deliver("c1", "another one")
    await expect(bubbles.last).to_have_text("another one")
    await expect(bubbles.first).to_be_in_viewport()


async def test_text_that_runs_from_right_to_left_is_shown_so(open_page: Opener) -> None:
    page = await open_page("/phones")
    await write(page, "c1", "אני צריך עזרה")
    bubble = handset(page, "c1").locator(".from_phone .bubble")
    await expect(bubble).to_have_css("direction", "rtl")


async def test_a_text_that_did_not_arrive_says_so(open_page: Opener, site: Site) -> None:
    page = await open_page("/phones")
    site.phones.deliver("c1", "hello", status="failed")
    await expect(handset(page, "c1").locator(".meta.failed")).to_contain_text("not delivered")


async def test_words_that_could_not_be_sent_stay_in_the_composer(
    open_page: Opener, site: Site, trouble: Trouble
) -> None:
    trouble.expected = ("500",)
    page = await open_page("/phones")
    await expect(handset(page, "c1")).to_be_visible()
    await page.route("**/texts", lambda route: route.fulfill(status=500, body="broken"))
    await write(page, "c1", "please do not lose this")
    await expect(handset(page, "c1").get_by_role("alert")).to_contain_text("does not answer")
    await expect(handset(page, "c1").locator("textarea")).to_have_value("please do not lose this")


async def test_without_events_the_page_looks_again_by_itself(
    open_page: Opener, site: Site, trouble: Trouble
) -> None:
    trouble.expected = ("ERR_FAILED", "net::")
    page = await open_page("/phones")
    await page.route("**/phones/events", lambda route: route.abort())
    await page.goto(f"{site.address}/phones")
    await expect(page.get_by_text("Reconnecting")).to_be_visible()
    await expect(handset(page, "c1")).to_be_visible()
    site.phones.deliver("c1", "still here")
    await expect(handset(page, "c1").get_by_role("log")).to_contain_text("still here")


async def test_a_phone_can_be_added_and_is_ready_to_write(open_page: Opener) -> None:
    page = await open_page("/phones")
    await page.get_by_text("Add a phone").click()
    await page.get_by_role("button", name="Telegram phone").click()
    await expect(page.get_by_role("tab", name="Client 4")).to_have_attribute("aria-selected", "true")
    await expect(handset(page, "c4").locator("textarea")).to_be_focused()


async def test_when_there_are_enough_phones_the_page_says_so(
    open_page: Opener, site: Site, trouble: Trouble
) -> None:
    trouble.expected = ("409",)
    await site.phones.add_client("sms")
    await site.phones.add_client("sms")
    page = await open_page("/phones")
    await page.get_by_text("Add a phone").click()
    await page.get_by_role("button", name="SMS phone").click()
    await expect(page.get_by_role("alert").filter(has_text="enough phones")).to_be_visible()


async def test_a_thing_to_try_goes_into_the_composer_and_waits_for_the_person(
    open_page: Opener, site: Site
) -> None:
    page = await open_page("/phones")
    await page.get_by_role("button", name="when should I see a therapist?").click()
    box = handset(page, "c1").locator("textarea")
    await expect(box).to_have_value("when should I see a therapist?")
    await expect(box).to_be_focused()
    assert site.phones.kept["c1"] == []


async def test_people_who_want_less_motion_see_the_ring_stand_still(open_page: Opener, site: Site) -> None:
    page = await open_page("/phones", reduced_motion="reduce")
    await expect(handset(page, "s1")).to_be_visible()
    site.phones.deliver("s1", "[TD] New conversation waiting. Case K7.")
    await expect(handset(page, "s1")).to_have_class("handset current rings")
    await expect(handset(page, "s1")).to_have_css("animation-name", "none")


async def test_a_text_that_another_overtook_stands_in_its_place(open_page: Opener, site: Site) -> None:
    page = await open_page("/phones")
    late = site.phones.deliver("c1", "first")
    site.phones.kept["c1"].remove(late)
    site.phones.deliver("c1", "second")
    await expect(handset(page, "c1").locator(".bubble")).to_have_text(["second"])
    site.phones.kept["c1"].insert(0, late)
    site.phones.bell.ring("c1")
    await expect(handset(page, "c1").locator(".bubble")).to_have_text(["first", "second"])


async def test_the_front_door_leads_to_the_phones(open_page: Opener, site: Site) -> None:
    page = await open_page("/")
    assert page.url == f"{site.address}/phones"
    await expect(page).to_have_title("Warmline: the phones")
