"""A course on its way from a university that is new to the people who search for it."""

import json

from seeds.identity import ADMIN, USER
from tests.journeys.visitors import JOURNEYS, Town

ACCOUNT, CATALOG = JOURNEYS["account"], JOURNEYS["catalog"]


async def test_staff_are_appointed_and_offer_a_course_that_everybody_finds(town: Town) -> None:
    ann = await town.newcomer("Ann")
    user = (await ann.does(ACCOUNT, "WhoAmI"))["id"]
    admin = await town.demo(ADMIN)
    new = {"name": "Skerry College", "country": "Ireland", "countryCode": "IE", "city": "Galway"}
    university = (await admin.does(CATALOG, "AddUniversity", university=new))["university"]
    assert university["isVerified"] is False
    known = {"universityId": university["id"]}
    appointed = (await admin.does(CATALOG, "Appoint", userId=user, **known))["user"]
    assert appointed == {"role": "STAFF", "university": {"name": "Skerry College"}}

    new = {"name": "Coastal Ecology", "code": "ECO-1", "tuition": "4200.00"}
    course = (await ann.does(CATALOG, "OfferCourse", **known, **new))["course"]
    passer_by = town.visitor()
    assert await passer_by.does(CATALOG, "FindCourses", text="coastal") == {"nodes": []}

    verified = await admin.does(CATALOG, "Verify", **known)
    assert verified["university"] == {"isVerified": True}
    known = {"courseId": course["id"]}
    await ann.does(CATALOG, "ChangeCourse", **known, change={"tuition": "3900.00"})
    assert await passer_by.does(CATALOG, "FindCourses", text="coastal") == {
        "nodes": [
            {
                "name": "Coastal Ecology",
                "code": "ECO-1",
                "tuition": "3900.00",
                "currency": "USD",
                "university": {"name": "Skerry College", "city": "Galway"},
            }
        ]
    }
    await ann.does(CATALOG, "ChangeCourse", **known, change={"isActive": False})
    assert await passer_by.does(CATALOG, "FindCourses", text="coastal") == {"nodes": []}


async def test_the_ready_made_appointment_is_of_the_demo_user(town: Town) -> None:
    user = await town.demo(USER)
    asked = json.loads(CATALOG.variables)
    assert (asked["email"], asked["userId"]) == (USER, (await user.does(ACCOUNT, "WhoAmI"))["id"])
