"""A module and a function stay small enough to be read at once."""

import ast

from tests.house.files import modules, name, text, tree

LINES_OF_A_MODULE = 400
LINES_OF_A_FUNCTION = 50


def test_no_module_is_longer_than_its_ceiling() -> None:
    lengths = {name(path): len(text(path).splitlines()) for path in modules()}
    assert {path: lines for path, lines in lengths.items() if lines > LINES_OF_A_MODULE} == {}


def test_no_function_is_longer_than_its_ceiling() -> None:
    lengths = {
        f"{name(path)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {where: lines for where, lines in lengths.items() if lines > LINES_OF_A_FUNCTION} == {}
