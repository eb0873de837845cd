"""Templates and answers become Markdown, or one sentence says what is wrong."""

import contextlib
import re
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.actions.assessment.definition import QuestionSource, compile_definition
from app.actions.assessment.documents import Standard, render
from app.actions.assessment.problems import AssessmentError, RenderingFailed
from app.actions.assessment.templates import check_template
from app.tables.assessment import QuestionType
from seeds.assessment import TEMPLATES
from seeds.texts.answers import COMPLETED_ANSWERS
from seeds.texts.compiled import definition
from seeds.texts.documents import DOCUMENT_TYPES
from seeds.texts.standards import STANDARDS

ANSWERS: Any = COMPLETED_ANSWERS
STANDARDS_HERE = [
    Standard(text.code, text.title, text.description, text.category, text.principles, 99 - place)
    for place, text in enumerate(STANDARDS)
]
PLAIN = compile_definition([QuestionSource("a", QuestionType.TEXTAREA, [], {})])
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_WORDS = (
    "{{ }} {% %} if for in endif endfor else not answers . stage team_size databases labels"
    " standards | join default ( ) [ ] 'x' 1 9 , + - / ~ == < x loop { } # {# #}"
)
FRAME = (
    "# {{ answers.a }}\n\n{{ answers.a }}\n\n- x {{ answers.a }} y\n- {{ answers.a }}\n\n"
    "> {{ answers.a }}\n\n| x | y |\n| --- | --- |\n| {{ answers.a }} | **{{ answers.a }}** |\n"
)


def _shape(markdown: str) -> list[tuple[str, int]]:
    """The structure of a document, without its words."""
    return [
        (token.type, token.nesting)
        for block in MARKDOWN.parse(markdown)
        for token in (block, *(block.children or ()))
        if token.type not in ("text", "text_special")
    ]


def _refusal(source: str) -> str:
    with pytest.raises(AssessmentError) as refused:
        render(source, definition(), ANSWERS, STANDARDS_HERE)
    return refused.value.sentence


@pytest.mark.parametrize("slug", [text.slug for text in DOCUMENT_TYPES])
def test_the_templates_of_the_seeds_make_documents(slug: str) -> None:
    source = (TEMPLATES / f"{slug}.md").read_text("utf-8")
    assert check_template(source, definition().questions) == []
    text = render(source, definition(), ANSWERS, STANDARDS_HERE)
    assert "Harbour Ledger" in text.splitlines()[0]
    # A lower priority comes first.
    assert text.index(STANDARDS[-1].title) < text.index(STANDARDS[0].title)
    assert "{" not in text


def test_labels_are_what_people_read() -> None:
    text = render(
        "{{ labels.stage | lower }}; {{ labels.databases | join(', ') }}; {{ labels.diagram[0] }}; "
        "{% for row, column in labels.controls %}{{ row }}={{ column }} {% endfor %}",
        definition(),
        ANSWERS,
        [],
    )
    assert text == (
        "in daily use; PostgreSQL, Files or object storage; overview.pdf; "
        "Backups that were restored once=Done Secrets kept in a store=Done "
        "Dependencies checked daily=Partly Access reviewed regularly=Partly\n"
    )


@settings(max_examples=60)
@given(st.text("ab1 \n\t#*_-+=~`|<>&;![]().:/\\{}%$\"'", min_size=1, max_size=25))
def test_an_answer_adds_no_structure(answer: str) -> None:
    if answer.strip():
        made = render(FRAME, PLAIN, {"a": answer}, [])
        assert _shape(made) == _shape(FRAME.replace("{{ answers.a }}", "word"))


@pytest.mark.parametrize(
    "answer",
    ["<script>x</script>", "# a", "1. a", "[x](http://y)", "a\n\n# b", "| a |", "javascript:x()"],
)
def test_an_answer_is_read_as_it_was_written(answer: str) -> None:
    made = render("{{ answers.a }} and <{{ answers.a }}>", PLAIN, {"a": answer}, [])
    assert "<script" not in MARKDOWN.render(made)
    assert "href" not in MARKDOWN.render(made)
    assert "<h1" not in MARKDOWN.render(made)


def test_paragraphs_are_kept_when_the_template_says_so() -> None:
    made = render("{{ answers.a | paragraphs }}", PLAIN, {"a": "one\ntwo\n\n# three"}, [])
    assert made == "one two\n\n\\# three\n"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "\n{{ answers.work_split }}",
            ("Line 2: the template uses answers.work_split, which was not answered: give the "
            "template a default and try again, or answer it in another run."),
        ),
        (
            "{{ standards[99].code }}",
            "Line 1: the template uses [99], which is not there: give it a default.",
        ),
        (
            "{{ labels.colour }}",
            ("Line 1: the template uses labels.colour, but the questionnaire has no question "
            "colour: change the template."),
        ),
        ("a\n{% if %}", "Line 2: Expected an expression, got 'end of statement block'."),
        ("{{ answer.x }}", ("Line 1: there is nothing called answer: there are answers, labels, "
         "standards.")),
        ("{{ answers.team_size + 'x' }}", ("Line 1: values of different kinds are compared or "
         "calculated with.")),
        ("{{ 1 / 0 }}", "Line 1: something is divided by zero."),
        ("{{ answers.databases }}", ("Line 1: a list cannot be printed as it is: add "
         '| join(", "), or use a loop.')),
        ("{{ answers.product_name.upper() }}", ("Line 1: templates have no calls: remove the "
         "parentheses.")),
        ("{{ answers.product_name.__class__ }}", "Line 1: this value has no part __class__."),
        ("{% for x in range(9) %}{% endfor %}", ("Line 1: templates have no calls: remove the "
         "parentheses.")),
        ("{{ 'x' * 9 }}", "Line 1: templates have no *."),
        ("{% set x = 1 %}", "Line 1: templates have no {% set %}."),
        ("{{ " + "(" * 9_999, "Parentheses or blocks stand too deep in each other."),
        ("x" * 200_001, "A template has at most 200,000 characters."),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence(source: str, sentence: str) -> None:
    assert _refusal(source) == sentence


@pytest.mark.parametrize(
    "body", ["{{ a.title }}" * 99, "{% if a.title | upper == 1 %}{% endif %}" * 30]
)
def test_a_template_of_endless_loops_ends(body: str) -> None:
    loops = "".join(f"{{% for {name} in standards %}}" for name in "abc")
    assert "loop over less" in _refusal(loops + body + "{% endfor %}" * 3)


@pytest.mark.parametrize("operator", ["~", "+"])
def test_a_text_that_grows_without_a_loop_ends_before_it_is_made(operator: str) -> None:
    source = "answers.a"
    for _ in range(3):
        source = f"({f' {operator} '.join([source] * 9)})"
    source = f"{{{{ {source} }}}}"  # 729 times 20,000 characters
    assert render(source, PLAIN, {"a": "x"}, []) == f"{'x' * 729}\n"  # and it is compiled
    tracemalloc.start()
    with pytest.raises(RenderingFailed, match="too long"):
        render(source, PLAIN, {"a": "x" * 20_000}, [])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000


def test_a_text_is_paid_for_each_time_it_is_printed() -> None:
    source = f"{{% for x in standards %}}{'{{ answers.a }}' * 200}{{% endfor %}}"
    short, long = ({"a": f"a{' ' * length}b"} for length in (1, 19_000))
    assert len(render(source, PLAIN, short, STANDARDS_HERE)) > 1_000
    with pytest.raises(RenderingFailed, match="loop over less"):
        render(source, PLAIN, long, STANDARDS_HERE)


def test_texts_are_put_together() -> None:
    source = '{{ "<" ~ answers.a ~ 1 + 2 ~ true }} {{ "a" + answers.a }}'
    assert render(source, PLAIN, {"a": "*"}, []) == "&lt;\\*12True a\\*\n"


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(re.findall(r"\S+", _WORDS)),
        max_size=14,
    )
)
def test_nothing_but_its_own_errors_is_raised(words: list[str]) -> None:
    with contextlib.suppress(AssessmentError):
        render(" ".join(words), definition(), ANSWERS, STANDARDS_HERE)


def test_a_template_is_checked_against_the_keys_it_may_use() -> None:
    found = check_template("{{ answers.a }}\n{{ labels['b-c'] }} {{ standard.x }}", ["a"])
    assert [problem.path for problem in found] == [("line", 2)] * 3
    assert check_template("{{ answers.anything }}") == []
