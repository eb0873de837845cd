"""A prompt on its way to the agent, and what the agent made on its way back."""

from seeds.identity import ADMIN
from tests.journeys.visitors import JOURNEYS, Town

PROJECTS = JOURNEYS["projects"]


async def test_a_project_is_begun_answered_by_the_agent_and_gone_on_with(town: Town) -> None:
    ann = await town.newcomer("Ann")
    prompt = "A page that shows when the tide is high."
    project = (await ann.does(PROJECTS, "BeginProject", prompt=prompt))["project"]
    known = {"projectId": project["id"]}

    admin = await town.demo(ADMIN)
    (event,) = (await admin.does(PROJECTS, "Events", **known))["nodes"]
    assert event["name"] == "code-agent/run"
    assert event["data"]["prompt"] == prompt

    agent = town.visitor()
    agent.token = (await admin.does(PROJECTS, "MakeAgentKey"))["key"]
    made = {"title": "Tides", "sandboxUrl": "https://sandbox.example/tides", "files": {"a": "b"}}
    answer = {"eventId": event["id"], **known, "content": "Here it is.", "fragment": made}
    first = await agent.does(PROJECTS, "Answer", answer=answer)
    assert await agent.does(PROJECTS, "Answer", answer=answer) == first

    await ann.does(PROJECTS, "GoOn", **known, content="Larger, please.")
    assert await ann.does(PROJECTS, "Conversation", **known) == {
        "name": project["name"],
        "messages": {
            "nodes": [
                {"role": "USER", "content": prompt, "fragment": None},
                {"role": "ASSISTANT", "content": "Here it is.", "fragment": made},
                {"role": "USER", "content": "Larger, please.", "fragment": None},
            ]
        },
    }
    bob = await town.newcomer("Bob")
    assert await bob.does(PROJECTS, "Conversation", **known) is None
