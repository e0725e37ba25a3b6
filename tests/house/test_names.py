"""What has no name is not understood yet, and every door has a label."""

import ast

from tests.house.files import PACKAGE, modules, name, tree

NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "core", "manager", "misc"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = {name(path): {path.stem, *path.relative_to(PACKAGE).parts[:-1]} for path in modules()}
    assert {path: names & NAMELESS for path, names in named.items() if names & NAMELESS} == {}


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in modules()}
    assert [name(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_every_package_and_module_says_what_it_is() -> None:
    assert [name(path) for path in modules() if not ast.get_docstring(tree(path))] == []
