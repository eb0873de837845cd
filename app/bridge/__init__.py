"""Piccolo tables to Strawberry types to SQL; knows no table of the application.

What the other packages use of it; `plan.py` shows the data that its stages pass on.
"""

from strawberry import auto

from app.bridge.access import AccessTable, Having, Policy, Rule, Through, Viewer, ViewerValue
from app.bridge.errors import BridgeError, ConfigurationError, InputError, LimitExceeded, NotAllowed
from app.bridge.execute import Bridge
from app.bridge.explain import Explaining
from app.bridge.limits import Limits
from app.bridge.loaders import Request
from app.bridge.objects import Node, computed
from app.bridge.operations import Answer, Document
from app.bridge.ordering import ascending, descending
from app.bridge.registry import Registry, Search, aggregates, listing, single, to_many
from app.bridge.response import encode
from app.bridge.schema import BuiltSchema, build_schema

__all__ = [
    "AccessTable",
    "Answer",
    "Bridge",
    "BridgeError",
    "BuiltSchema",
    "ConfigurationError",
    "Document",
    "Explaining",
    "Having",
    "InputError",
    "LimitExceeded",
    "Limits",
    "Node",
    "NotAllowed",
    "Policy",
    "Registry",
    "Request",
    "Rule",
    "Search",
    "Through",
    "Viewer",
    "ViewerValue",
    "aggregates",
    "ascending",
    "auto",
    "build_schema",
    "computed",
    "descending",
    "encode",
    "listing",
    "single",
    "to_many",
]
