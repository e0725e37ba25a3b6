"""Nothing in the repository points at one registry or at one person's machine."""

import re

from tests.house.files import name, text, tracked

REGISTRIES = (  # in parts, so that this file does not name them either
    ("pypi", "org"),
    ("files", "pythonhosted", "org"),
    ("deb", "debian", "org"),
    ("snapshot", "debian", "org"),
    ("archive", "ubuntu", "com"),
    ("registry", "npmjs", "org"),
    ("maven", "apache", "org"),
    ("repo1", "maven", "org"),
    ("conda", "anaconda", "org"),
    ("crates", "io"),
    ("proxy", "golang", "org"),
    ("quay", "io"),
    ("ghcr", "io"),
    ("docker", "io"),
)
REGISTRY = re.compile("|".join(r"\b" + r"\.".join(parts) + r"\b" for parts in REGISTRIES))
MACHINE_PATH = re.compile(r"(?<![\w.$}/-])/(?:root|home/\w[\w-]*|Users/\w+|work)/\w")


def test_no_file_names_the_host_of_a_package_registry() -> None:
    assert {
        name(path): found for path in tracked() if (found := REGISTRY.findall(text(path)))
    } == {}


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    found = {name(path): MACHINE_PATH.findall(text(path)) for path in tracked()}
    assert {path: paths for path, paths in found.items() if paths} == {}
