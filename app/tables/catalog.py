"""Universities and the courses they offer."""

import enum

from piccolo.columns import (
    JSONB,
    Array,
    Boolean,
    ForeignKey,
    Integer,
    Numeric,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check, Unique

from app.tables import checks
from app.tables.base import AppTable

__all__ = ["Course", "CourseLevel", "University"]


class CourseLevel(enum.StrEnum):
    """The degree or award that a course leads to."""

    BACHELOR = "BACHELOR"
    MASTER = "MASTER"
    DOCTORATE = "DOCTORATE"
    DIPLOMA = "DIPLOMA"
    CERTIFICATE = "CERTIFICATE"


class University(AppTable, tablename="universities", schema="catalog"):
    """A university. Everybody sees the verified ones; the others, their staff and administrators.

    `public.search_matches(name, term)` finds rows whose name holds every word of `term`, or a part
    of it, whatever the case and the accents; it uses the index `universities_name_search`.
    """

    name: Varchar = Varchar(length=200, null=False, default=None, help_text="The official name.")
    slug: Varchar = Varchar(
        length=200, null=False, default=None, unique=True, help_text="The name in addresses."
    )
    country: Varchar = Varchar(
        length=100, null=False, default=None, index=True, help_text="The country, in English."
    )
    country_code: Varchar = Varchar(
        length=2, null=False, default=None, index=True, help_text="ISO 3166-1, two letters."
    )
    city: Varchar = Varchar(
        length=100, null=True, default=None, index=True, help_text="The city of the main campus."
    )
    state_province: Varchar = Varchar(
        length=100, null=True, default=None, help_text="The state, province or region."
    )
    website: Varchar = Varchar(
        length=2048, null=True, default=None, help_text="The home page, with http:// or https://."
    )
    domains: Array = Array(
        base_column=Varchar(length=253), default=list, help_text="The domains of its addresses."
    )
    is_verified: Boolean = Boolean(
        default=False, index=True, help_text="Whether an administrator has checked it."
    )
    verified_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was checked."
    )
    settings: JSONB = JSONB(default="{}", help_text="Settings of its own pages, an object.")
    analytics: JSONB = JSONB(default="{}", help_text="Figures about its pages, an object.")

    slug_shape = checks.slug("slug")
    country_code_shape = checks.country_code("country_code")
    website_shape = checks.url("website")
    domains_shape = checks.list_of_texts("domains")
    settings_shape = checks.object_("settings")
    analytics_shape = checks.object_("analytics")
    verified_at_known = Check('not "is_verified" or "verified_at" is not null')


class Course(AppTable, tablename="courses", schema="catalog"):
    """A course of a university. A retired one (`is_active` false) is kept, and hidden.

    `public.search_matches(name, term)` finds it by a part of its name, as for universities.
    """

    university: ForeignKey[University] = ForeignKey(
        University,
        null=False,
        on_delete=OnDelete.cascade,
        help_text="The university that offers it.",
    )
    name: Varchar = Varchar(
        length=200, null=False, default=None, help_text="The title of the course."
    )
    code: Varchar = Varchar(
        length=50, null=False, default=None, help_text="Its code, unique within the university."
    )
    description: Text = Text(null=True, default=None, help_text="What it teaches.")
    level: Varchar = Varchar(
        length=20,
        null=False,
        default=None,
        choices=CourseLevel,
        index=True,
        help_text="The degree or award it leads to.",
    )
    credits: Integer = Integer(null=True, default=None, help_text="Credit points.")
    duration_months: Integer = Integer(null=True, default=None, help_text="Length in months.")
    tuition: Numeric = Numeric(
        digits=(10, 2), null=True, default=None, index=True, help_text="The fee for all of it."
    )
    currency: Varchar = Varchar(
        length=3, null=False, default="USD", help_text="The fee's currency (ISO 4217)."
    )
    language: Varchar = Varchar(
        length=50, null=True, default=None, help_text="The language it is taught in."
    )
    is_active: Boolean = Boolean(default=True, help_text="Whether it is offered now.")

    code_per_university = Unique([university, code])
    description_length = checks.length("description", 0, 10_000)
    credits_range = checks.at_least("credits", 0)
    duration_months_range = checks.more_than("duration_months", 0)
    tuition_range = checks.at_least("tuition", 0)
    currency_shape = checks.currency("currency")
