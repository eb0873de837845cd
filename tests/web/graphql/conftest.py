"""GraphQL over HTTP is tested in both result modes, as everything of the API is."""

import pytest


@pytest.fixture(scope="session", params=["json", "rows"])
def mode(request: pytest.FixtureRequest) -> str:
    """How the server makes answers."""
    return str(request.param)
