"""Universities and their courses."""

from app.bridge import Node, Search, aggregates, ascending, auto, listing, single, to_many
from app.schema.registry import registry
from app.tables import catalog as tables


@registry.exposes(tables.University, search=Search("public.search_matches", tables.University.name))
class University(Node):
    """A university; everybody sees verified ones."""

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
