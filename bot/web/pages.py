"""What both pages share: templates, static files, readable text. No page's own words and no port."""

from pathlib import Path
from typing import Any

from fastapi import Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent


class _FreshStatic(StaticFiles):
    """Static files that the browser keeps but asks about each time, so an upgrade shows at once."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


def static_files() -> StaticFiles:
    """The css, js and pictures of both pages; mount it at /static."""
    return _FreshStatic(directory=HERE / "static", packages=[("bot.console", "static")])


def page_templates(*folders: Path) -> Jinja2Templates:
    """Templates from these folders and the shared one. Everything is escaped; a missing value is an error."""
    loader = FileSystemLoader([*folders, HERE / "templates"])
    return Jinja2Templates(env=Environment(loader=loader, autoescape=True, undefined=StrictUndefined))


def whole_characters(text: str) -> str:
    """The text with half surrogate pairs replaced: JSON can carry them, no database or phone can."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
