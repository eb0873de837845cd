"""Three runs through the seed questionnaire: completed, begun and given up."""

# A run through the whole questionnaire by a small company with a product in daily use.
COMPLETED_ANSWERS: dict[str, object] = {
    "product_name": "Harbour Ledger",
    "product_summary": (
        "Bookkeeping for small harbours: berths, mooring fees and invoices, used by harbour "
        "masters and their accountants."
    ),
    "product_kind": "web",
    "stage": "production",
    "launch_date": "2023-04-03",
    "website": "https://harbour-ledger.example",
    "monthly_users": 4200,
    "contact_email": "ines@harbour-ledger.example",
    "team_size": 6,
    "team_roles": ["product", "design", "qa"],
    "experience": 4,
    "time_zones": 2,
    "uses_assistants": "some",
    "assistant_policy": "draft",
    "architecture_style": "modular",
    "databases": ["postgresql", "files"],
    "personal_data": "accounts",
    "data_protection": (
        "Stored in one region, encrypted at rest, deleted thirty days after an account is closed."
    ),
    "availability": 3,
    "diagram": [
        {
            "name": "overview.pdf",
            "content_type": "application/pdf",
            "bytes": 184_220,
            "key": "uploads/harbour-ledger/overview.pdf",
        }
    ],
    "test_kinds": {"unit": "change", "api": "change", "browser": "release"},
    "suite_minutes": 7.5,
    "review_rule": "one",
    "confidence": 4,
    "last_bug": "An invoice in Danish kroner was rounded twice. A test with three currencies found "
    "two more places.",
    "release_rhythm": "weekly",
    "controls": {
        "backups": "done",
        "secrets": "done",
        "dependencies": "partly",
        "access": "partly",
    },
    "incident_contact": "help@harbour-ledger.example",
    "status_page": "https://status.harbour-ledger.example",
    "last_restore": "2026-08-14",
    "wishes": "How to split the invoicing module",
}

# Somebody who stopped for the day in the second section.
STARTED_ANSWERS: dict[str, object] = {
    "product_name": "Wanderweg",
    "product_summary": "A walking guide for the Alps that works without a network connection.",
    "product_kind": "mobile",
    "stage": "pilot",
    "launch_date": "2026-05-01",
    "app_stores": ["apple", "google"],
    "monthly_users": 380,
    "contact_email": "lukas@wanderweg.example",
    "team_size": 2,
}

# Somebody who only looked.
ABANDONED_ANSWERS: dict[str, object] = {"product_name": "Untitled", "stage": "idea"}
