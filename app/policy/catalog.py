"""Who may see and change universities and courses."""

from collections.abc import Mapping

from piccolo.table import Table

from app.bridge import Policy, Through
from app.policy.callers import ADMINS, ANYONE, MY_UNIVERSITY, STAFF
from app.policy.rules import change, create, delete, policy, read
from app.tables import Course, University

# What administrators write about universities, and staff about their courses.
_ABOUT_UNIVERSITIES = (
    University.name,
    University.slug,
    University.country,
    University.country_code,
    University.city,
    University.state_province,
    University.website,
    University.domains,
    University.settings,
    University.analytics,
)
_ABOUT_COURSES = (
    Course.name,
    Course.code,
    Course.description,
    Course.level,
    Course.credits,
    Course.duration_months,
    Course.tuition,
    Course.currency,
    Course.language,
    Course.is_active,
)


POLICIES: Mapping[type[Table], Policy] = {
    University: policy(
        read(
            ANYONE,
            University.is_verified.eq(True),
            columns=(
                University.id,
                University.name,
                University.slug,
                University.country,
                University.country_code,
                University.city,
                University.state_province,
                University.website,
                University.domains,
                University.is_verified,
                University.verified_at,
                University.created_at,
                University.updated_at,
            ),
        ),
        read(STAFF, University.id == MY_UNIVERSITY),
        read(ADMINS, rows=True),
        create(ADMINS, rows=True, columns=_ABOUT_UNIVERSITIES),
        change(
            ADMINS,
            rows=True,
            columns=(*_ABOUT_UNIVERSITIES, University.is_verified, University.verified_at),
        ),
    ),
    # Courses stay with their university.
    Course: policy(
        read(ANYONE, Through(Course.university) & Course.is_active.eq(True)),
        read(STAFF, Course.university == MY_UNIVERSITY),
        read(ADMINS, rows=True),
        create(STAFF, Course.university == MY_UNIVERSITY, (Course.university, *_ABOUT_COURSES)),
        create(ADMINS, rows=True, columns=(Course.university, *_ABOUT_COURSES)),
        change(STAFF, Course.university == MY_UNIVERSITY, _ABOUT_COURSES),
        change(ADMINS, rows=True, columns=_ABOUT_COURSES),
        delete(STAFF, Course.university == MY_UNIVERSITY),
        delete(ADMINS, rows=True),
    ),
}
