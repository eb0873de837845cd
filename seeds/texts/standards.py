"""The engineering standards of the assessment domain, as they are written down."""

from dataclasses import dataclass

from app.tables.assessment import StandardCategory


@dataclass(frozen=True, slots=True)
class StandardText:
    """One standard as it is written down; `principles` are short sentences in reading order."""

    code: str
    title: str
    category: StandardCategory
    description: str
    principles: tuple[str, ...]


STANDARDS: tuple[StandardText, ...] = (
    StandardText(
        "ARCH-01",
        "Boundaries before services",
        StandardCategory.MODERN_ARCHITECTURE,
        "A system is divided along the words of its business. A module owns its data, and other "
        "modules ask it for what they need instead of reading its tables.",
        (
            "Name a module after a word the business uses.",
            "Let one module own each table.",
            "Split into separate services only when deployment or scale demands it.",
            "Draw the dependencies; they point in one direction.",
        ),
    ),
    StandardText(
        "ARCH-02",
        "Contracts between parts",
        StandardCategory.MODERN_ARCHITECTURE,
        "Every interface that another team uses is written down, versioned and tested from the "
        "caller's side.",
        (
            "Publish the schema with the code that serves it.",
            "Add fields freely; remove them only after a deprecation period.",
            "Give every error a stable code.",
        ),
    ),
    StandardText(
        "ARCH-03",
        "Design for failure",
        StandardCategory.MODERN_ARCHITECTURE,
        "Networks pause and disks fill up. The design says what the user sees when each dependency "
        "is slow, wrong or gone.",
        (
            "Set a timeout on every call that leaves the process.",
            "Retry only what is safe to repeat, and back off.",
            "Prefer a smaller answer to no answer.",
            "Practise the recovery at least twice a year.",
        ),
    ),
    StandardText(
        "AI-01",
        "People answer for generated code",
        StandardCategory.AI_ASSISTED_DEVELOPMENT,
        "Code written with the help of a model is reviewed, tested and owned like any other. "
        "Whoever merges it can explain every line of it.",
        (
            "Review generated code at least as carefully as your own.",
            "Never merge what you cannot explain.",
            "Keep changes small enough to be read in one sitting.",
        ),
    ),
    StandardText(
        "AI-02",
        "What a model may see",
        StandardCategory.AI_ASSISTED_DEVELOPMENT,
        "Secrets, personal data and customers' files do not go into a prompt unless the contract "
        "with the provider covers them.",
        (
            "List the approved providers and what each may receive.",
            "Strip credentials and personal data before sending.",
            "Record which features send data to a model.",
        ),
    ),
    StandardText(
        "AI-03",
        "Evaluate before you rely on it",
        StandardCategory.AI_ASSISTED_DEVELOPMENT,
        "A feature that depends on a model has a set of examples with expected answers, and the "
        "share of right answers is tracked over time.",
        (
            "Collect at least fifty real examples before launch.",
            "Run them on every change of model, prompt or tool.",
            "Decide beforehand which score stops a release.",
        ),
    ),
    StandardText(
        "CODE-01",
        "Code is read more often than written",
        StandardCategory.CODING,
        "The next reader understands a file from top to bottom without asking its author.",
        (
            "Use the words of the field for names.",
            "Keep a function to one level of abstraction.",
            "Comment the reason, never the mechanics.",
            "Delete code that nobody calls.",
        ),
    ),
    StandardText(
        "CODE-02",
        "Types at the borders",
        StandardCategory.CODING,
        "Input is checked once, where it enters, and carried on in a type that cannot hold the "
        "wrong value.",
        (
            "Turn the strictest setting of the type checker on for new code.",
            "Parse input into a type; do not validate and pass on text.",
            "Make illegal states impossible to write down.",
        ),
    ),
    StandardText(
        "CODE-03",
        "Errors are part of the interface",
        StandardCategory.CODING,
        "An error tells a person what happened and what to do next, and tells a program which kind "
        "it is.",
        (
            "Never swallow an exception.",
            "Keep internal details out of messages that leave the system.",
            "Log the cause once, with an id that the user can quote.",
        ),
    ),
    StandardText(
        "TEST-01",
        "Tests describe behaviour",
        StandardCategory.TESTING_QA,
        "A test names one promise of the system and fails for one reason.",
        (
            "Test through the public interface.",
            "Assert exact values.",
            "Fix a bug by writing the test that shows it first.",
        ),
    ),
    StandardText(
        "TEST-02",
        "A fast suite, run on every change",
        StandardCategory.TESTING_QA,
        "The whole suite finishes before the author has lost the thread: ten minutes at most, two "
        "for what runs before a push.",
        (
            "Run the suite on every change, on the same versions as production.",
            "Repair or delete a flaky test within a day.",
            "Measure coverage to find gaps, never as a target.",
        ),
    ),
    StandardText(
        "TEST-03",
        "Rehearse with realistic data",
        StandardCategory.TESTING_QA,
        "Performance and migrations are tried on a data set of the size and shape of production, "
        "without anybody's personal data in it.",
        (
            "Generate the data; do not copy it from production.",
            "Try every migration on the large set before release.",
            "Write the expected duration into the release plan.",
        ),
    ),
    StandardText(
        "SEC-01",
        "Least privilege",
        StandardCategory.SECURITY_DEVSECOPS,
        "People and programs hold the rights their task needs, for as long as it needs them.",
        (
            "Deny by default.",
            "Give each service an account of its own.",
            "Review access every quarter, and remove what nobody claims.",
        ),
    ),
    StandardText(
        "SEC-02",
        "Secrets are never stored in clear",
        StandardCategory.SECURITY_DEVSECOPS,
        "Passwords are kept as slow hashes, tokens as hashes, keys in a store made for them. None "
        "of them appears in a log or in the history of the repository.",
        (
            "Hash passwords with argon2id.",
            "Rotate keys at least once a year and after every departure.",
            "Scan each change for secrets before it is merged.",
        ),
    ),
    StandardText(
        "SEC-03",
        "Know what you ship",
        StandardCategory.SECURITY_DEVSECOPS,
        "Every dependency is pinned, has a licence we accept and is checked for known weaknesses "
        "every day.",
        (
            "Commit lock files with hashes.",
            "Patch critical weaknesses within three working days.",
            "Publish a bill of materials with every release.",
        ),
    ),
    StandardText(
        "FLOW-01",
        "Small changes, merged daily",
        StandardCategory.WORKFLOW,
        "Work is cut so that something useful can be merged every day. Half-done features hide "
        "behind a switch, not on a branch.",
        (
            "Keep a branch for less than two days.",
            "Ask for review of fewer than four hundred lines.",
            "Leave the main branch releasable at any hour.",
        ),
    ),
    StandardText(
        "FLOW-02",
        "Releases are boring",
        StandardCategory.WORKFLOW,
        "A release is one command that anybody on the team can run and undo.",
        (
            "Automate every step, the rollback included.",
            "Separate releasing code from showing a feature.",
            "Watch the service for half an hour after each release.",
        ),
    ),
    StandardText(
        "FLOW-03",
        "Learn from incidents",
        StandardCategory.WORKFLOW,
        "Every incident that a user noticed is written up within a week, without blame, and its "
        "follow-up work is planned like any other.",
        (
            "Write down the times: began, noticed, eased, ended.",
            "Look for the conditions, not for the culprit.",
            "Give every follow-up an owner and a date.",
        ),
    ),
    StandardText(
        "DOC-01",
        "Decisions are written down",
        StandardCategory.DOCUMENTATION,
        "A decision that is expensive to reverse has a short record of its context, the decision "
        "and the consequence.",
        (
            "Write the record before the work, not after it.",
            "Keep records beside the code.",
            "Replace a decision with a new record; never edit an old one.",
        ),
    ),
    StandardText(
        "DOC-02",
        "A newcomer can begin alone",
        StandardCategory.DOCUMENTATION,
        "The first page of a repository leads from a fresh machine to a running system and a "
        "passing test.",
        (
            "Keep the first page under one screen.",
            "Run its commands in the build, so that they stay true.",
            "Say where to ask when something fails.",
        ),
    ),
    StandardText(
        "DOC-03",
        "Runbooks for the night",
        StandardCategory.DOCUMENTATION,
        "Every alert links to a page that says what it means, how to check it and what to do, "
        "written for somebody who was asleep a minute ago.",
        (
            "Begin with the command that shows the state.",
            "Give the steps in order, with the expected output.",
            "Name the person to call when the steps do not help.",
        ),
    ),
)
