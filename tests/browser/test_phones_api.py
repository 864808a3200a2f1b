"""The phones' HTTP API: what it takes, what it refuses and how it says so. No browser needed."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.browser.conftest import Site

JSON = {"content-type": "application/json"}


@pytest.fixture
async def api(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=site.address) as client:
        yield client


async def test_a_text_is_taken_and_read_back(api: httpx.AsyncClient) -> None:
    sent = await api.post("/phones/api/handsets/c1/texts", json={"text": "hello"})
    assert sent.status_code == 202
    texts = (await api.get("/phones/api/handsets/c1/texts")).json()
    assert [t["text"] for t in texts if t["direction"] == "from_phone"] == ["hello"]
    later = (await api.get("/phones/api/handsets/c1/texts", params={"after": texts[0]["id"]})).json()
    assert later == texts[1:]


async def test_the_phones_are_listed_with_side_and_kind(api: httpx.AsyncClient) -> None:
    phones = (await api.get("/phones/api/handsets")).json()
    assert [(p["id"], p["side"], p["kind"]) for p in phones][:3] == [
        ("c1", "client", "sms"),
        ("c2", "client", "sms"),
        ("c3", "client", "telegram"),
    ]


async def test_a_phone_is_added(api: httpx.AsyncClient) -> None:
    added = await api.post("/phones/api/handsets", json={"kind": "telegram"})
    assert (added.status_code, added.json()["kind"]) == (201, "telegram")


@pytest.mark.parametrize(
    "text", ["", " ", "\u0000\u0007", "🙂", "אני", "/restart", '/deny{"a": 1}', "x" * 10_000]
)
async def test_anything_a_person_can_type_is_taken(api: httpx.AsyncClient, text: str) -> None:
    assert (await api.post("/phones/api/handsets/c1/texts", json={"text": text})).status_code == 202


async def test_half_a_surrogate_pair_becomes_a_character_that_can_be_stored(
    api: httpx.AsyncClient, site: Site
) -> None:
    await api.post("/phones/api/handsets/c1/texts", content='{"text": "a\\ud83d b"}', headers=JSON)
    assert site.phones.kept["c1"][0].text == "a\ufffd b"


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("/phones/api/handsets", '{"kind": "fax"}', 422, "unknown_kind"),
        ("/phones/api/handsets", "{}", 422, "unknown_kind"),
        ("/phones/api/handsets", "not json", 400, "broken_json"),
        ("/phones/api/handsets", "[" * 100_000, 400, "broken_json"),
        ("/phones/api/handsets", "[1]", 422, "not_an_object"),
        ("/phones/api/handsets/c1/texts", '{"text": 7}', 422, "no_text"),
        ("/phones/api/handsets/c1/texts", "{}", 422, "no_text"),
        ("/phones/api/handsets/c1/texts", '{"text": "' + "x" * 10_001 + '"}', 413, "text_too_long"),
        ("/phones/api/handsets/c1/texts", '{"text": "' + "x" * 300_000 + '"}', 413, "too_large"),
        ("/phones/api/handsets/nobody/texts", '{"text": "hello"}', 404, "unknown_handset"),
        ("/phones/api/handsets/%00/texts", '{"text": "hello"}', 422, "bad_request"),
        ("/phones/api/handsets/c1/presses", '{"text_id": "1", "token": "t1"}', 422, "not_a_press"),
        ("/phones/api/handsets/c1/presses", '{"text_id": true, "token": "t1"}', 422, "not_a_press"),
        ("/phones/api/handsets/c1/presses", '{"text_id": 1e9, "token": "t1"}', 422, "not_a_press"),
        ("/phones/api/handsets/c1/presses", '{"text_id": 1, "token": "t1"}', 404, "unknown_option"),
    ],
)
async def test_bad_input_is_refused_kindly(
    api: httpx.AsyncClient, site: Site, *, path: str, body: str, status: int, error: str
) -> None:
    answer = await api.post(path, content=body, headers=JSON)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["says"].endswith((".", "}."))
    assert not any(site.phones.kept.values())


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30])
async def test_a_strange_after_is_refused(api: httpx.AsyncClient, after: str) -> None:
    answer = await api.get("/phones/api/handsets/c1/texts", params={"after": after})
    assert (answer.status_code, answer.json()["error"]) == (422, "bad_request")


@pytest.mark.parametrize(
    ("headers", "status", "error"),
    [
        ({"sec-fetch-site": "cross-site"}, 403, "cross_site"),
        ({"sec-fetch-site": "same-site"}, 403, "cross_site"),
        ({"origin": "https://elsewhere.example"}, 403, "cross_site"),
        ({"origin": "null"}, 403, "cross_site"),
        ({"content-type": "text/plain"}, 415, "not_json"),
        ({"content-type": "application/x-www-form-urlencoded"}, 415, "not_json"),
        ({"host": "rebound.example"}, 421, "wrong_host"),
    ],
)
async def test_what_another_site_makes_a_browser_send_is_refused(
    api: httpx.AsyncClient, site: Site, headers: dict[str, str], status: int, error: str
) -> None:
    sent = {**JSON, **headers}
    answer = await api.post("/phones/api/handsets/c1/texts", content='{"text": "hello"}', headers=sent)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert site.phones.kept["c1"] == []


async def test_another_name_for_this_machine_cannot_read_either(api: httpx.AsyncClient) -> None:
    for path in ("/phones", "/phones/api/handsets", "/phones/events"):
        assert (await api.get(path, headers={"host": "rebound.example"})).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "warmline.localhost"])
async def test_the_names_of_this_machine_are_served(api: httpx.AsyncClient, host: str) -> None:
    assert (await api.get("/phones", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "192.0.2.7"},
        {"forwarded": "for=192.0.2.7"},
        {"via": "1.1 proxy"},
        {"host": "192.0.2.7"},
    ],
)
async def test_the_phones_answer_their_own_machine_only(
    api: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    for path in ("/phones", "/phones/api/handsets", "/phones/events"):
        assert (await api.get(path, headers=headers)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/phones",
        "/phones/api/handsets",
        "/phones/api/handsets/nobody/texts",
    ],
)
async def test_every_answer_carries_the_guarding_headers(api: httpx.AsyncClient, path: str) -> None:
    headers = (await api.get(path)).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


async def test_events_name_the_phone_that_changed_and_let_go_when_nobody_listens(
    api: httpx.AsyncClient, site: Site
) -> None:
    async with api.stream("GET", "/phones/events") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == "retry: 2000"
        site.phones.deliver("c2", "hello")
        found = [line async for line in _until_data(lines)]
    assert found[-1] == 'data: {"handset": "c2"}'
    assert site.phones.bell.listeners <= 1


async def _until_data(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if line.startswith("data:"):
            return
