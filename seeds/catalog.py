"""Three verified universities and one that is not, with their courses."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.tables.catalog import Course, CourseLevel, University
from seeds.ids import EPOCH, moment, number, stable_id
from seeds.upsert import build

# Builders


def university(**overrides: Any) -> University:
    """A verified university; with `is_verified=False`, one that is not."""
    n = number()
    verified = overrides.get("is_verified", True)
    defaults = {
        "name": f"University {n}",
        "slug": f"university-{n}",
        "country": "Estonia",
        "country_code": "EE",
        "city": "Tartu",
        "website": f"https://university-{n}.example",
        "domains": [f"university-{n}.example"],
        "is_verified": verified,
        "verified_at": EPOCH if verified else None,
    }
    return build(University, defaults, overrides)


def course(*, university: University | UUID, **overrides: Any) -> Course:
    """A course that is offered now."""
    n = number()
    defaults = {
        "university": university,
        "name": f"Course {n}",
        "code": f"C-{n}",
        "description": "Twelve weeks, two lectures a week, one project.",
        "level": CourseLevel.BACHELOR,
        "credits": 6,
        "duration_months": 4,
        "tuition": Decimal("900.00"),
        "currency": "EUR",
        "language": "English",
        "is_active": True,
    }
    return build(Course, defaults, overrides)


# The seed rows


def university_id(slug: str) -> UUID:
    """The id of a seed university."""
    return stable_id(f"universities/{slug}")


def rows() -> list[Table]:
    """Everything of this domain."""
    return [*_universities(), *_courses()]


def _universities() -> list[Table]:
    return [
        university(
            id=university_id(slug),
            name=name,
            slug=slug,
            country=country,
            country_code=code,
            city=city,
            state_province=region,
            website=f"https://www.{domain}",
            domains=[domain],
            is_verified=verified,
            verified_at=moment(2) if verified else None,
            settings={"accent": accent, "open_days": ["2027-02-06", "2027-05-22"]},
            analytics={"visits": visits, "enquiries": visits // 40},
            created_at=EPOCH,
        )
        for name, slug, country, code, city, region, domain, accent, visits, verified in (
            (
                "Aldermoor University",
                "aldermoor-university",
                "United Kingdom",
                "GB",
                "Aldermoor",
                "Northumberland",
                "aldermoor.example",
                "#1d4e89",
                18240,
                True,
            ),
            (
                "Universidade de Monte Claro",
                "universidade-de-monte-claro",
                "Portugal",
                "PT",
                "Monte Claro",
                "Alentejo",
                "monteclaro.example",
                "#b5651d",
                9410,
                True,
            ),
            (
                "Nordhavn Technical University",
                "nordhavn-technical-university",
                "Denmark",
                "DK",
                "Nordhavn",
                None,
                "ntu-nordhavn.example",
                "#0b6e4f",
                22075,
                True,
            ),
            (
                "Institut supérieur de Belleroche",
                "institut-superieur-de-belleroche",
                "France",
                "FR",
                "Belleroche",
                "Auvergne-Rhône-Alpes",
                "belleroche.example",
                "#6a0572",
                310,
                False,
            ),
        )
    ]


# university, code, name, level, credits, months, tuition, currency, language, offered
_COURSES = (
    (
        "aldermoor-university",
        (
            ("CS-101", "Computer Science", "BACHELOR", 360, 36, "27750.00", "GBP", "English", True),
            ("HI-210", "Modern History", "BACHELOR", 360, 36, "27750.00", "GBP", "English", True),
            ("DS-501", "Data Science", "MASTER", 180, 12, "14200.00", "GBP", "English", True),
            ("PH-900", "Physics", "DOCTORATE", None, 48, "19000.00", "GBP", "English", True),
            ("LW-120", "Roman Law", "CERTIFICATE", 30, 6, "1850.00", "GBP", "English", False),
        ),
    ),
    (
        "universidade-de-monte-claro",
        (
            ("EA-01", "Agroecology", "BACHELOR", 180, 36, "2091.00", "EUR", "Portuguese", True),
            ("VI-02", "Winemaking", "DIPLOMA", 60, 12, "3400.00", "EUR", "Portuguese", True),
            ("TR-07", "Translation", "MASTER", 120, 24, "2500.00", "EUR", "Portuguese", True),
            ("PT-00", "Portuguese for Beginners", "CERTIFICATE", 6, 2, "0.00", "EUR", None, True),
        ),
    ),
    (
        "nordhavn-technical-university",
        (
            ("ME-11", "Marine Engineering", "BACHELOR", 210, 42, "0.00", "DKK", "Danish", True),
            ("WE-41", "Wind Energy", "MASTER", 120, 24, "112500.00", "DKK", "English", True),
            ("RO-42", "Robotics", "MASTER", 120, 24, "112500.00", "DKK", "English", True),
            ("SE-12", "Software Engineering", "BACHELOR", 180, 36, "0.00", "DKK", "Danish", True),
            ("HY-90", "Hydrodynamics", "DOCTORATE", None, 36, None, "DKK", "English", True),
            ("FT-05", "Fortran", "CERTIFICATE", 5, 1, "900.00", "DKK", "English", False),
        ),
    ),
    (
        "institut-superieur-de-belleroche",
        (("GE-10", "Gestion", "BACHELOR", 180, 36, "6200.00", "EUR", "French", True),),
    ),
)


def _courses() -> list[Table]:
    return [
        course(
            id=stable_id(f"courses/{slug}/{code}"),
            university=university_id(slug),
            code=code,
            name=name,
            description=_description(name, months, language),
            level=CourseLevel(level),
            credits=points,
            duration_months=months,
            tuition=None if tuition is None else Decimal(tuition),
            currency=currency,
            language=language,
            is_active=offered,
            created_at=moment(3, minutes=place),
        )
        for slug, courses in _COURSES
        for place, (code, name, level, points, months, tuition, currency, language, offered) in (
            enumerate(courses)
        )
    ]


def _description(name: str, months: int, language: str | None) -> str:
    taught = f"taught in {language}" if language else "taught in the language you bring along"
    return (
        f"{name} in {months} months, {taught}. Small groups, a project in every term, and a "
        "supervisor who answers within two working days."
    )
