"""A post on its way from somebody who has just registered to somebody who reads it."""

import re

from tests.journeys.visitors import JOURNEYS, Town

CONTENT = JOURNEYS["content"]


async def test_a_post_is_written_published_read_and_commented_on(town: Town) -> None:
    ann = await town.newcomer("Ann")
    new = {"title": "The first frost", "content": "It came on a Tuesday."}
    post = (await ann.does(CONTENT, "WritePost", post=new))["post"]
    assert post["published"] is False
    assert re.fullmatch("the-first-frost-[0-9a-f]{8}", post["slug"])

    bob = await town.newcomer("Bob")
    assert await bob.does(CONTENT, "ReadPost", slug=post["slug"]) is None

    published = (await ann.does(CONTENT, "PublishPost", postId=post["id"]))["post"]
    assert published["published"] is True
    read = await bob.does(CONTENT, "ReadPost", slug=post["slug"])
    assert read == {**new, "author": {"name": "Ann"}, "comments": {"nodes": []}}

    said = await bob.does(CONTENT, "Comment", postId=post["id"], body="Ours froze, too.")
    assert said["comment"]["body"] == "Ours froze, too."
    passer_by = town.visitor()
    read = await passer_by.does(CONTENT, "ReadPost", slug=post["slug"])
    assert read["comments"] == {"nodes": [{"body": "Ours froze, too.", "author": {"name": "Bob"}}]}
