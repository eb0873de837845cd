"""The language of document templates: a part of Jinja's, small enough to be bounded.

There are texts, `{{ ... }}`, `{% if %}`, `{% for %}`, comments, comparisons, `and`, `or`, `not`,
`+`, `-`, `/`, `~`, and the filters of `FILTERS`. There are no variables to set, no calls, macros,
imports or multiplication: the only loops go over what was answered, over standards and their
principles. Each round of a loop is paid for with the size of its body, and each text that is put
together or printed with its length, so that the cost of a rendering is known before it is spent,
and no template can hold up a worker.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.visitor import NodeTransformer

from app.actions.assessment.problems import MalformedTemplate, Problem
from app.actions.assessment.sandbox import CONCATENATED, COUNTED, ENVIRONMENT, FILTERS, NAMES

__all__ = ["Template", "check_template", "parse_template"]

LONGEST = 200_000
DEEPEST = 40
DEEPEST_LOOPS = 3

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Name, nodes.Const,
    nodes.Tuple, nodes.List, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Getitem, nodes.Getattr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Add, nodes.Sub,
    nodes.Div, nodes.Concat,
)  # fmt: skip
_TESTS = frozenset({"defined", "undefined", "none", "number", "string"})
_LOOP_PARTS = frozenset({"index", "index0", "revindex", "first", "last", "length"})
_STANDARD_PARTS = frozenset({"code", "title", "description", "category", "principles"})


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read and found good; `keys` are the questions that it asks for."""

    tree: nodes.Template
    keys: frozenset[str]


def check_template(source: str, keys: Collection[str] | None = None) -> list[Problem]:
    """What is wrong with a template, in the order of its lines; nothing when it can be saved.

    With `keys`, those of the questions it is written for, it may ask for no others. A path is
    ("line", number from 1).
    """
    try:
        parse_template(source, keys)
    except MalformedTemplate as malformed:
        return list(malformed.problems)
    return []


def parse_template(source: str, keys: Collection[str] | None = None) -> Template:
    """The template, ready to be compiled. Raises MalformedTemplate with every problem found."""
    if len(source) > LONGEST:
        raise MalformedTemplate(
            [Problem("too_large", f"a template has at most {LONGEST:,} characters")]
        )
    if "\0" in source:
        raise MalformedTemplate([Problem("syntax", "remove the character U+0000")])
    try:
        tree = ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        line = error.lineno
        sentence = f"line {line}: {_plain(error.message or 'this cannot be read')}"
        raise MalformedTemplate([Problem("syntax", sentence, ("line", line))]) from None
    except RecursionError:
        raise MalformedTemplate(
            [Problem("too_deep", "parentheses or blocks stand too deep in each other")]
        ) from None
    except (ValueError, OverflowError):  # a number of thousands of digits
        sentence = "a number in the template is too long to be read"
        raise MalformedTemplate([Problem("syntax", sentence)]) from None
    checker = _Checker(keys)
    checker.visit(tree, frozenset(NAMES), 0, 0)
    if checker.problems:
        problems = sorted(checker.problems, key=lambda one: one.path[1:])
        raise MalformedTemplate(problems[:20])
    _Payment().visit(tree)
    return Template(tree, frozenset(checker.asked))


def _plain(message: str) -> str:
    """Jinja's sentence as the end of one of ours."""
    return message[:300].rstrip(".").replace("jinja", "template")


class _Checker:
    """Walks through a template's tree; everything that is not known to be harmless is refused."""

    def __init__(self, keys: Collection[str] | None) -> None:
        self.keys = None if keys is None else frozenset(keys)
        self.asked: set[str] = set()
        self.problems: list[Problem] = []

    def visit(self, node: nodes.Node, names: frozenset[str], depth: int, loops: int) -> None:
        """Check a node with all below it, where these names can be used."""
        if depth > DEEPEST:
            self._wrong(node, "too_deep", f"blocks and parentheses nest at most {DEEPEST} deep")
            return
        if not isinstance(node, _ALLOWED):
            word = type(node).__name__.lower()
            self._wrong(node, "not_available", f"templates have no {_WORDS.get(word, word)}")
            return
        if isinstance(node, nodes.For):
            self._loop(node, names, depth, loops)
            return
        self._names(node, names)
        self._part(node)
        self._function(node)
        for child in node.iter_child_nodes():
            self.visit(child, names, depth + 1, loops)

    def _loop(self, node: nodes.For, names: frozenset[str], depth: int, loops: int) -> None:
        if node.recursive:
            self._wrong(node, "not_available", "templates have no recursive loops")
        if loops >= DEEPEST_LOOPS:
            self._wrong(node, "too_deep", f"loops nest at most {DEEPEST_LOOPS} deep")
            return
        targets = list(_targets(node.target))
        for name in targets:
            if name in NAMES or name == "loop" or name.startswith("_"):
                self._wrong(node, "bad_name", f"a loop cannot call its items {name}")
        self.visit(node.iter, names, depth + 1, loops)
        inner = names | {*targets, "loop"}
        if node.test is not None:
            self.visit(node.test, inner - {"loop"}, depth + 1, loops + 1)
        for part in node.body:
            self.visit(part, inner, depth + 1, loops + 1)
        for part in node.else_:
            self.visit(part, names, depth + 1, loops)

    def _names(self, node: nodes.Node, names: frozenset[str]) -> None:
        if isinstance(node, nodes.Name) and node.name not in names:
            known = ", ".join(sorted(names))
            sentence = f"there is nothing called {node.name[:100]}: there are {known}"
            self._wrong(node, "unknown_name", sentence)

    def _part(self, node: nodes.Node) -> None:
        """`answers.key`, `loop.index`: that the part exists, where that can be known."""
        if isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const):
            self._wrong(node, "not_available", "write a fixed key between brackets")
        owner, part = _access(node)
        if owner in ("answers", "labels") and isinstance(part, str):
            self.asked.add(part)
            if self.keys is not None and part not in self.keys:
                self._wrong(node, "unknown_question", f"there is no question {part[:100]}")
        elif owner == "loop" and part not in _LOOP_PARTS:
            has = ", ".join(sorted(_LOOP_PARTS))
            self._wrong(node, "unknown_name", f"loop has {has}")
        elif owner == "standard" and part not in _STANDARD_PARTS:
            has = ", ".join(sorted(_STANDARD_PARTS))
            self._wrong(node, "unknown_name", f"a standard has {has}")

    def _function(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            sentence = f"there is no filter {node.name}: there are {', '.join(sorted(FILTERS))}"
            self._wrong(node, "unknown_filter", sentence)
        elif isinstance(node, nodes.Test) and node.name not in _TESTS:
            sentence = f"there is no test {node.name}: there are {', '.join(sorted(_TESTS))}"
            self._wrong(node, "unknown_test", sentence)
        if isinstance(node, nodes.Filter | nodes.Test) and (node.dyn_args or node.dyn_kwargs):
            self._wrong(node, "not_available", "templates have no * and ** in parentheses")

    def _wrong(self, node: nodes.Node, code: str, sentence: str) -> None:
        path = ("line", node.lineno)
        self.problems.append(Problem(code, f"line {node.lineno}: {sentence}", path))


_WORDS = {
    "assign": "{% set %}",
    "assignblock": "{% set %}",
    "call": "calls: remove the parentheses",
    "callblock": "{% call %}",
    "dict": "{...} as a value",
    "extends": "{% extends %}",
    "filterblock": "{% filter %}",
    "fromimport": "{% from %}",
    "keyword": "named values in parentheses",
    "mod": "%",
    "mul": "*",
    "pow": "**",
    "slice": "[from:to]",
}


def _targets(target: nodes.Node) -> Iterator[str]:
    """The names that a loop gives to its items."""
    if isinstance(target, nodes.Name):
        yield target.name
    for child in target.iter_child_nodes():
        yield from _targets(child)


def _access(node: nodes.Node) -> tuple[str | None, object]:
    """The name and the part of `name.part` and `name["part"]`."""
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return node.node.name, node.attr
    if (
        isinstance(node, nodes.Getitem)
        and isinstance(node.node, nodes.Name)
        and isinstance(node.arg, nodes.Const)
    ):
        return node.node.name, node.arg.value
    return None, None


class _Payment(NodeTransformer):
    """Lets filters of our own pay: for the rounds of a loop, by its body's size, and for `~`."""

    def visit_For(self, loop: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja's name for it
        size = 1 + sum(1 for part in (*loop.body, loop.test) if part for _ in _below(part))
        weight = nodes.Const(size, lineno=loop.lineno)
        self.generic_visit(loop)
        loop.iter = nodes.Filter(loop.iter, COUNTED, [weight], [], None, None, lineno=loop.lineno)
        return loop

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - likewise
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(parts, CONCATENATED, [], [], None, None, lineno=node.lineno)


def _below(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _below(child)
