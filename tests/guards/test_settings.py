"""Every setting is in .env.example and in the docs, and no file names one that does not exist."""

import re

import pytest

from app.commands.settings import DEPLOY, ENV_EXAMPLE, deploy, env_example
from app.settings import load_settings, variables
from tests.guards.tree import ROOT

NAMES = {variable.name for variable in variables()}


def test_the_example_is_what_the_settings_say() -> None:
    assert ENV_EXAMPLE.read_text("utf-8") == env_example(), "run make settings"


def test_the_example_names_every_setting_once() -> None:
    named = re.findall(r"^#([A-Z_]+)=", ENV_EXAMPLE.read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(NAMES)


def test_the_example_uncommented_is_the_defaults() -> None:
    pairs = re.findall(r"^#([A-Z_]+)=(.*)$", ENV_EXAMPLE.read_text("utf-8"), re.MULTILINE)
    assert load_settings(dict(pairs)) == load_settings({})


def test_the_table_of_the_docs_is_what_the_settings_say() -> None:
    text = DEPLOY.read_text("utf-8")
    assert text == deploy(text), "run make settings"
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE)) == NAMES


@pytest.mark.parametrize(
    "file", ["README.md", "docs/deploy.md", "Dockerfile", "compose.yaml", "Makefile", ".ci/run"]
)
def test_a_setting_named_elsewhere_exists(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    named = set(re.findall(r"\b(?:SEEDBED_[A-Z_]+[A-Z]|DATABASE_URL|REPLICA_URLS)\b", text))
    assert named - NAMES == set()
