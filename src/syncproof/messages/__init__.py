"""An error's code → words, in each language that is spoken here."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

DEFAULT = "en-us"
LANGUAGES = (DEFAULT, "zh-cn")


@cache
def _words(language: str) -> Mapping[str, str]:
    text = files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    words: Mapping[str, str] = tomllib.loads(text)
    return words


def language_of(header: str | None) -> str:
    """The language of an X-Language header; English for one that is not spoken here."""
    wanted = (header or "").strip().lower()
    return wanted if wanted in LANGUAGES else DEFAULT


def text(code: str, language: str, parameters: Mapping[str, str]) -> str:
    """The words for a code, filled in, at most 512 characters."""
    filled = defaultdict(str, {name: value for name, value in parameters.items() if value})
    if "reason" in filled:
        filled["because"] = f": {filled['reason']}"
    return _words(language)[code].format_map(filled)[:512]
