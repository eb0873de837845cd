"""Piccolo tables to Strawberry types to SQL; knows no table of the application.

What the other packages use of it; `plan.py` shows the data that its stages pass on.
"""

from strawberry import auto

from app.bridge.access import (
    AccessTable,
    Action,
    Having,
    Policy,
    Rule,
    Through,
    Viewer,
    ViewerValue,
)
from app.bridge.changes import Changes
from app.bridge.crud import Crud, check_number, row_keys
from app.bridge.cursors import encode_id
from app.bridge.errors import (
    BridgeError,
    ConfigurationError,
    InputError,
    LimitExceeded,
    NotAllowed,
    NotLoggedIn,
    Problem,
    Refused,
)
from app.bridge.execute import Bridge
from app.bridge.explain import Explaining, cost
from app.bridge.limits import Limits
from app.bridge.loaders import Request
from app.bridge.mutations import Mutations, Outcome, given, input_type, row_key
from app.bridge.objects import Node, computed
from app.bridge.operations import Answer, Document
from app.bridge.ordering import ascending, descending
from app.bridge.registry import (
    Registry,
    Search,
    aggregates,
    custom,
    listing,
    one_back,
    own,
    single,
    to_many,
)
from app.bridge.response import encode
from app.bridge.scalars import BigInt
from app.bridge.schema import BuiltSchema, build_schema
from app.bridge.subscriptions import Follow, Following, Subscriptions, followed_key
from app.bridge.writing import Row, Written

__all__ = [
    "AccessTable",
    "Action",
    "Answer",
    "BigInt",
    "Bridge",
    "BridgeError",
    "BuiltSchema",
    "Changes",
    "ConfigurationError",
    "Crud",
    "Document",
    "Explaining",
    "Follow",
    "Following",
    "Having",
    "InputError",
    "LimitExceeded",
    "Limits",
    "Mutations",
    "Node",
    "NotAllowed",
    "NotLoggedIn",
    "Outcome",
    "Policy",
    "Problem",
    "Refused",
    "Registry",
    "Request",
    "Row",
    "Rule",
    "Search",
    "Subscriptions",
    "Through",
    "Viewer",
    "ViewerValue",
    "Written",
    "aggregates",
    "ascending",
    "auto",
    "build_schema",
    "check_number",
    "computed",
    "cost",
    "custom",
    "descending",
    "encode",
    "encode_id",
    "followed_key",
    "given",
    "input_type",
    "listing",
    "one_back",
    "own",
    "row_key",
    "row_keys",
    "single",
    "to_many",
]
