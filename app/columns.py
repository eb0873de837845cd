"""Columns that are written together: the policy says by whom, and of which rows."""

from app.tables import Course, Question, University, UserProfile, VisibilityRule

# What people write about themselves.
ABOUT_ME = (
    UserProfile.avatar_url,
    UserProfile.phone,
    UserProfile.address,
    UserProfile.bio,
    UserProfile.preferences,
)

# What administrators write about universities, and staff about their courses.
ABOUT_UNIVERSITIES = (
    University.name,
    University.slug,
    University.country,
    University.country_code,
    University.city,
    University.state_province,
    University.website,
    University.domains,
)
ABOUT_COURSES = (
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

# What authors write about the parts of a questionnaire.
ABOUT_QUESTIONS = (
    Question.key,
    Question.text,
    Question.help_text,
    Question.type,
    Question.options,
    Question.validation,
    Question.required,
)
ABOUT_RULES = (
    VisibilityRule.action,
    VisibilityRule.condition,
    VisibilityRule.priority,
    VisibilityRule.is_active,
)
