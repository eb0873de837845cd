"""Universities, their staff and their courses."""

from uuid import UUID

from strawberry import ID

from app.actions.catalog import changes
from app.bridge import (
    Crud,
    Node,
    Search,
    aggregates,
    ascending,
    auto,
    check_number,
    given,
    input_type,
    listing,
    row_key,
    row_keys,
    single,
    to_many,
)
from app.context import Context
from app.policy import ADMINS, STAFF
from app.schema.registry import mutations, registry
from app.tables import User
from app.tables import catalog as tables


@registry.exposes(tables.University, search=Search("public.search_matches", tables.University.name))
class University(Node):
    """A university; everybody sees verified ones. Settings and analytics are for its staff."""

    name: auto
    slug: auto
    country: auto
    country_code: auto
    city: auto
    state_province: auto
    website: auto
    domains: auto
    is_verified: auto
    verified_at: auto
    settings: auto
    analytics: auto
    created_at: auto
    updated_at: auto
    courses: auto = to_many(
        tables.Course.university,
        ascending(tables.Course.name),
        description="What it teaches, by name.",
    )


@registry.exposes(tables.Course, search=Search("public.search_matches", tables.Course.name))
class Course(Node):
    """A course of study; everybody sees active ones of verified universities."""

    university: auto
    name: auto
    code: auto
    description: auto
    level: auto
    credits: auto
    duration_months: auto
    tuition: auto
    currency: auto
    language: auto
    is_active: auto
    created_at: auto
    updated_at: auto


@registry.query
class CatalogQuery:
    """Universities and courses."""

    university: auto = single(tables.University, tables.University.slug)
    universities: auto = listing(tables.University, ascending(tables.University.name))
    universities_aggregate: auto = aggregates(
        tables.University,
        tables.University.country,
        tables.University.country_code,
        tables.University.city,
        tables.University.is_verified,
        tables.University.created_at,
    )
    course: auto = single(tables.Course)
    courses: auto = listing(tables.Course, ascending(tables.Course.name))
    courses_aggregate: auto = aggregates(
        tables.Course,
        tables.Course.university,
        tables.Course.level,
        tables.Course.currency,
        tables.Course.language,
        tables.Course.is_active,
        tables.Course.duration_months,
        tables.Course.created_at,
    )


# --- changes --------------------------------------------------------------------------------------


@input_type(tables.Course)
class CreateCourseInput:
    """A course of your university. It is offered at once, unless `isActive` is false."""

    university: auto
    name: auto
    code: auto
    description: auto
    level: auto
    credits: auto
    duration_months: auto
    tuition: auto
    currency: auto
    language: auto
    is_active: auto


@input_type(tables.Course, partial=True)
class UpdateCourseInput:
    """New values of a course; what is left out stays as it is. `isActive: false` retires it."""

    name: auto
    code: auto
    description: auto
    level: auto
    credits: auto
    duration_months: auto
    tuition: auto
    currency: auto
    language: auto
    is_active: auto


@input_type(tables.Course, partial=True)
class UpdateCoursesInput:
    """New values of the course with this id; what is left out stays as it is."""

    id: auto
    name: auto
    code: auto
    description: auto
    level: auto
    credits: auto
    duration_months: auto
    tuition: auto
    currency: auto
    language: auto
    is_active: auto


courses = Crud(mutations, tables.Course, "course", who=STAFF | ADMINS)
courses.create(
    "create_course",
    CreateCourseInput,
    "Offer a course of your university; administrators, of any university.",
)
courses.create_many(
    "create_courses", CreateCourseInput, "Offer up to 100 courses at once: all of them, or none."
)
courses.update(
    "update_course",
    UpdateCourseInput,
    "Change a course of your university, retire it, or offer it again. A retired course is kept, "
    "and shows to the university's staff and administrators only.",
)
courses.update_many(
    "update_courses",
    UpdateCoursesInput,
    "Change up to 100 courses at once, each in fields of its own: all of them, or none.",
)
courses.upsert(
    "upsert_course",
    CreateCourseInput,
    [tables.Course.university, tables.Course.code],
    "Change the course of your university that has this code, or offer it when there is none. "
    "What is left out stays as it is.",
)
courses.upsert_many(
    "upsert_courses",
    CreateCourseInput,
    [tables.Course.university, tables.Course.code],
    "Change up to 100 courses of your university by their codes, and offer those that are not "
    "there yet: all of them, or none. What is left out of one that is there stays as it is.",
)
courses.delete_many(
    "delete_courses",
    "Delete up to 100 courses of your university for good: all of them, or none. A course that was "
    "offered is better retired.",
)


@input_type(tables.University, optional=[tables.University.slug])
class CreateUniversityInput:
    """A new university. Without a slug, one is made from its name."""

    name: auto
    slug: auto
    country: auto
    country_code: auto
    city: auto
    state_province: auto
    website: auto
    domains: auto
    settings: auto
    analytics: auto


@input_type(tables.University, partial=True)
class UpdateUniversityInput:
    """New values of a university; what is left out stays as it is."""

    name: auto
    slug: auto
    country: auto
    country_code: auto
    city: auto
    state_province: auto
    website: auto
    domains: auto
    settings: auto
    analytics: auto


@mutations.field(who=ADMINS, university=tables.University)
async def create_university(context: Context, input: CreateUniversityInput) -> UUID:
    """Add a university, which shows to its staff and administrators only until it is verified."""
    return await changes.create_university(context, given(input))


@mutations.field(who=ADMINS, university=tables.University)
async def update_university(context: Context, id: ID, input: UpdateUniversityInput) -> UUID:
    """Change what is known of a university."""
    return await changes.update_university(context, row_key(tables.University, id), given(input))


@mutations.field(who=ADMINS, university=tables.University)
async def verify_university(context: Context, id: ID) -> UUID:
    """Say that a university has been checked: it and its courses show to everybody from now on."""
    key = row_key(tables.University, id)
    (verified,) = await changes.verify_universities(context, [key], lambda _: ("id",))
    return verified


@mutations.field(who=ADMINS, universities=list[tables.University])
async def verify_universities(context: Context, ids: list[ID]) -> list[UUID]:
    """Verify up to 100 universities at once: all of them, or none."""
    check_number(ids)
    keys = row_keys(tables.University, ids)
    return await changes.verify_universities(context, keys, lambda place: ("ids", str(place)))


@mutations.field(who=ADMINS, university=tables.University)
async def unverify_university(context: Context, id: ID) -> UUID:
    """Hide a university and its courses from all but its staff and administrators."""
    key = row_key(tables.University, id)
    (hidden,) = await changes.unverify_universities(context, [key], lambda _: ("id",))
    return hidden


@mutations.field(who=ADMINS, user=User)
async def appoint_staff(context: Context, user_id: ID, university_id: ID) -> UUID:
    """Make a user staff of a university, and of no other one: they manage its courses."""
    return await changes.appoint_staff(
        context,
        row_key(User, user_id, ("userId",)),
        row_key(tables.University, university_id, ("universityId",)),
    )


@mutations.field(who=ADMINS, user=User)
async def dismiss_staff(context: Context, user_id: ID) -> UUID:
    """Make somebody who is staff of a university a plain user again."""
    return await changes.dismiss_staff(context, row_key(User, user_id, ("userId",)))
