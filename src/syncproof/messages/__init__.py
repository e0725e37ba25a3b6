"""An error's code → words, in each language that is spoken here.

What a refusal gives as its `reason` is an English sentence. In another language the sentence is
looked up in the section `reasons`; where it names things, they stand in braces on both sides.
What a database server said stays as the server said it.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

DEFAULT = "en-us"
LANGUAGES = (DEFAULT, "zh-cn")
LONGEST = 512
"""Characters of a message, at most: the API's own limit."""
_SPACES = re.compile(r"\s+")


@cache
def _catalogue(language: str) -> Mapping[str, Any]:
    text = files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _reasons(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Sentences as patterns, and their words in this language."""
    found = _catalogue(language).get("reasons", {})
    return tuple(
        (re.compile("(.*)".join(map(re.escape, re.split(r"\{\}", sentence))), re.DOTALL), words)
        for sentence, words in found.items()
    )


def language_of(header: str | None) -> str:
    """The language of an X-Language header; English for one that is not spoken here."""
    wanted = (header or "").strip().lower()
    return wanted if wanted in LANGUAGES else DEFAULT


def said(sentence: str, language: str) -> str:
    """A sentence in a language; as it is where that language has no words for it."""
    for pattern, words in _reasons(language):
        if found := pattern.fullmatch(sentence):
            return words.format(*found.groups())
    return sentence


def text(code: str, language: str, parameters: Mapping[str, str]) -> str:
    """The words for a code, filled in, on one line of at most 512 characters."""
    filled = defaultdict(str, {name: value for name, value in parameters.items() if value})
    if "reason" in filled:
        filled["reason"] = said(filled["reason"], language)
        colon = "：" if language.startswith("zh") else ": "
        filled["because"] = f"{colon}{filled['reason']}"
    words = str(_catalogue(language)[code]).format_map(filled)
    return _SPACES.sub(" ", words).strip()[:LONGEST]
