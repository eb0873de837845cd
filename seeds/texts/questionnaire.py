"""The seed questionnaire "Engineering readiness": sections, questions and visibility rules."""

from app.tables.assessment import QuestionType
from seeds.texts.forms import (
    QuestionText,
    SectionText,
    choices,
    hide,
    matrix,
    require,
    scale,
    show,
    unrequire,
    when,
)

SECTIONS: tuple[SectionText, ...] = (
    SectionText(
        "The product",
        "What is built, for whom, and where it stands today.",
        (
            QuestionText(
                "product_name",
                QuestionType.TEXT,
                "What is the product called?",
                "The name your customers know.",
                validation={"min_length": 2, "max_length": 80},
                required=True,
            ),
            QuestionText(
                "product_summary",
                QuestionType.TEXTAREA,
                "What does it do, and for whom?",
                "Two or three sentences are enough.",
                validation={"min_length": 20, "max_length": 1000},
                required=True,
            ),
            QuestionText(
                "product_kind",
                QuestionType.SINGLE_CHOICE,
                "Which of these describes it best?",
                options=choices(
                    web="Web application",
                    mobile="Mobile app",
                    api="API for other programs",
                    data="Data platform",
                    embedded="Software inside a device",
                ),
                required=True,
            ),
            QuestionText(
                "stage",
                QuestionType.SINGLE_CHOICE,
                "How far along is it?",
                options=choices(
                    idea="An idea",
                    prototype="A prototype",
                    pilot="In use by a few customers",
                    production="In daily use",
                ),
                required=True,
            ),
            QuestionText(
                "launch_date",
                QuestionType.DATE,
                "When did it go live, or when shall it?",
                validation={"earliest": "2000-01-01", "latest": "2035-12-31"},
                rules=(hide(when("stage", "equals", "idea")),),
            ),
            QuestionText(
                "website",
                QuestionType.URL,
                "Where can it be seen?",
                validation={"schemes": ["https"], "max_length": 300},
                rules=(
                    show(
                        {
                            "and": [
                                when("product_kind", "in", ["web", "api", "data"]),
                                when("stage", "not_equals", "idea"),
                            ]
                        }
                    ),
                ),
            ),
            QuestionText(
                "app_stores",
                QuestionType.MULTIPLE_CHOICE,
                "Through which stores is the app delivered?",
                options=choices(
                    apple="App Store", google="Google Play", fdroid="F-Droid", own="Our own page"
                ),
                validation={"min_choices": 1, "max_choices": 4},
                rules=(
                    show(when("product_kind", "equals", "mobile")),
                    require(when("product_kind", "equals", "mobile")),
                ),
            ),
            QuestionText(
                "monthly_users",
                QuestionType.NUMBER,
                "How many people use it in a month?",
                "A rough figure is fine.",
                validation={"min": 0, "max": 1_000_000_000, "integer": True},
                rules=(
                    hide(when("stage", "equals", "idea")),
                    require(when("stage", "equals", "production")),
                ),
            ),
        ),
    ),
    SectionText(
        "The team",
        "Who builds it, and how the work is shared.",
        (
            QuestionText(
                "contact_email",
                QuestionType.EMAIL,
                "Whom may we ask about your answers?",
                validation={"max_length": 254},
                required=True,
            ),
            QuestionText(
                "team_size",
                QuestionType.NUMBER,
                "How many people write code for it?",
                validation={"min": 1, "max": 5000, "integer": True},
                required=True,
            ),
            QuestionText(
                "team_roles",
                QuestionType.MULTIPLE_CHOICE,
                "Which of these roles does the team have?",
                options=choices(
                    product="Product manager",
                    design="Designer",
                    qa="Tester",
                    security="Security engineer",
                    operations="Operations engineer",
                    data="Data scientist",
                ),
                validation={"min_choices": 0, "max_choices": 6},
            ),
            QuestionText(
                "experience",
                QuestionType.SCALE,
                "How experienced is the team in this technology?",
                options=scale("All new to it", "Could teach it"),
                required=True,
            ),
            QuestionText(
                "work_split",
                QuestionType.TEXTAREA,
                "How is the work divided between teams?",
                "For example by feature, by layer, by customer.",
                validation={"max_length": 2000},
                rules=(
                    show(when("team_size", "greater_than", 8)),
                    require(when("team_size", "greater_than", 20)),
                ),
            ),
            QuestionText(
                "time_zones",
                QuestionType.NUMBER,
                "Over how many time zones is the team spread?",
                validation={"min": 1, "max": 24, "integer": True},
                rules=(hide(when("team_size", "less_than", 2)),),
            ),
            QuestionText(
                "uses_assistants",
                QuestionType.SINGLE_CHOICE,
                "Does the team write code with the help of a model?",
                options=choices(no="No", some="Some of us", all="All of us"),
                required=True,
            ),
            QuestionText(
                "assistant_policy",
                QuestionType.SINGLE_CHOICE,
                "Is it written down what a model may see?",
                options=choices(yes="Yes", draft="There is a draft", no="No"),
                rules=(
                    show({"not": when("uses_assistants", "equals", "no")}),
                    require(when("uses_assistants", "equals", "all")),
                ),
            ),
        ),
    ),
    SectionText(
        "Architecture and data",
        "The parts of the system and what it keeps.",
        (
            QuestionText(
                "architecture_style",
                QuestionType.SINGLE_CHOICE,
                "How is the system divided?",
                options=choices(
                    monolith="One program",
                    modular="One program of clear modules",
                    services="Several services",
                    functions="Functions of a cloud provider",
                ),
                required=True,
            ),
            QuestionText(
                "service_count",
                QuestionType.NUMBER,
                "How many services are there?",
                validation={"min": 2, "max": 2000, "integer": True},
                rules=(
                    show(when("architecture_style", "in", ["services", "functions"])),
                    require(when("architecture_style", "equals", "services")),
                ),
            ),
            QuestionText(
                "databases",
                QuestionType.MULTIPLE_CHOICE,
                "Where does it keep its data?",
                options=choices(
                    postgresql="PostgreSQL",
                    mysql="MySQL or MariaDB",
                    document="A document store",
                    files="Files or object storage",
                    none="It keeps none",
                ),
                validation={"min_choices": 1, "max_choices": 5},
                required=True,
            ),
            QuestionText(
                "personal_data",
                QuestionType.SINGLE_CHOICE,
                "Does it keep data about people?",
                options=choices(no="No", accounts="Accounts only", sensitive="Sensitive data too"),
                required=True,
                rules=(unrequire(when("databases", "contains", "none")),),
            ),
            QuestionText(
                "data_protection",
                QuestionType.TEXTAREA,
                "How are these data protected?",
                "Encryption, access, deletion, where they are stored.",
                validation={"min_length": 20, "max_length": 3000},
                rules=(
                    show(when("personal_data", "in", ["accounts", "sensitive"])),
                    require(when("personal_data", "equals", "sensitive"), priority=10),
                ),
            ),
            QuestionText(
                "availability",
                QuestionType.SCALE,
                "How bad is an hour without the service?",
                options=scale("Nobody notices", "Somebody may come to harm"),
                required=True,
            ),
            QuestionText(
                "diagram",
                QuestionType.FILE_UPLOAD,
                "Do you have a drawing of the system?",
                "PDF, PNG or SVG, up to 10 MB.",
                validation={
                    "max_files": 3,
                    "max_bytes": 10_485_760,
                    "content_types": ["application/pdf", "image/png", "image/svg+xml"],
                },
            ),
        ),
    ),
    SectionText(
        "Quality",
        "How the team knows that a change works.",
        (
            QuestionText(
                "test_kinds",
                QuestionType.MATRIX,
                "Which tests do you have, and how often do they run?",
                options=matrix(
                    {
                        "unit": "Of one function",
                        "api": "Through the API",
                        "browser": "In a browser",
                    },
                    {
                        "never": "We have none",
                        "release": "Before a release",
                        "change": "On every change",
                    },
                ),
                required=True,
            ),
            QuestionText(
                "suite_minutes",
                QuestionType.NUMBER,
                "How long does the whole suite take, in minutes?",
                validation={"min": 0, "max": 1440, "integer": False},
                rules=(hide(when("stage", "in", ["idea", "prototype"])),),
            ),
            QuestionText(
                "review_rule",
                QuestionType.SINGLE_CHOICE,
                "Who reads a change before it is merged?",
                options=choices(
                    nobody="Nobody", one="One colleague", two="Two or more", pair="Written in pairs"
                ),
                required=True,
                rules=(unrequire(when("team_size", "less_than", 2)),),
            ),
            QuestionText(
                "confidence",
                QuestionType.SCALE,
                "How calm are you when you release on a Friday?",
                options=scale("We never would", "We do every week"),
            ),
            QuestionText(
                "last_bug",
                QuestionType.TEXTAREA,
                "Tell us about the last bug a customer found.",
                validation={"max_length": 2000},
                rules=(
                    show(
                        {
                            "or": [
                                when("stage", "equals", "production"),
                                when("monthly_users", "between", [100, 1_000_000_000]),
                            ]
                        }
                    ),
                ),
            ),
        ),
    ),
    SectionText(
        "Security and operations",
        "How it is released, watched and defended.",
        (
            QuestionText(
                "release_rhythm",
                QuestionType.SINGLE_CHOICE,
                "How often do you release?",
                options=choices(
                    daily="Every day", weekly="Every week", monthly="Every month", rarely="Rarely"
                ),
                required=True,
                rules=(unrequire(when("stage", "equals", "idea")),),
            ),
            QuestionText(
                "controls",
                QuestionType.MATRIX,
                "How far are you with these?",
                options=matrix(
                    {
                        "backups": "Backups that were restored once",
                        "secrets": "Secrets kept in a store",
                        "dependencies": "Dependencies checked daily",
                        "access": "Access reviewed regularly",
                    },
                    {"missing": "Not begun", "partly": "Partly", "done": "Done"},
                ),
                required=True,
            ),
            QuestionText(
                "incident_contact",
                QuestionType.EMAIL,
                "Whom do customers write to when something is wrong?",
                validation={"max_length": 254},
                rules=(
                    require(
                        {
                            "and": [
                                when("stage", "in", ["pilot", "production"]),
                                {"not": when("availability", "less_than", 3)},
                            ]
                        }
                    ),
                ),
            ),
            QuestionText(
                "status_page",
                QuestionType.URL,
                "Where do you publish outages?",
                validation={"schemes": ["https"], "max_length": 300},
                rules=(show(when("incident_contact", "answered")),),
            ),
            QuestionText(
                "last_restore",
                QuestionType.DATE,
                "When was a backup last restored?",
                validation={"earliest": "2015-01-01"},
                rules=(hide(when("databases", "contains", "none")),),
            ),
            QuestionText(
                "wishes",
                QuestionType.TEXT,
                "What should we look at first?",
                validation={"max_length": 200},
            ),
        ),
    ),
)
