"""Somebody registers, leaves, and comes back by a link in a mail."""

from tests.graphql import send
from tests.journeys.visitors import JOURNEYS, Town

ACCOUNT = JOURNEYS["account"]


async def test_an_account_is_made_left_and_entered_again(town: Town) -> None:
    ann = await town.newcomer("Ann")
    assert (await ann.does(ACCOUNT, "WhoAmI"))["email"] == "ann@new.example"
    await ann.does(ACCOUNT, "LogOut")
    assert (await send(town.client, "{ __typename }", token=ann.token)).status_code == 401

    ann.token = None
    await ann.does(ACCOUNT, "SendLink", email="ann@new.example")
    link = await town.link_sent_to("ann@new.example")
    ann.token = (await ann.does(ACCOUNT, "FollowLink", token=link))["accessToken"]
    assert (await ann.does(ACCOUNT, "WhoAmI"))["name"] == "Ann"
