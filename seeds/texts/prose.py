"""Plausible English for large data sets: sentences, titles and names drawn by a given generator."""

import random
from collections.abc import Sequence


def words(text: str) -> tuple[str, ...]:
    """The words of a text, split at white space."""
    return tuple(text.split())


FIRST_NAMES = words(
    "Ada Aiko Alejandro Amara Anders Anouk Aylin Beatriz Benoît Bilal Björn Callum Chidi Chloé "
    "Dagny Daniel Deniz Elif Emil Esther Fatima Felix Freya Giulia Grace Hana Hugo Idris Ines "
    "Ivan Jana Joaquín Jun Kamala Kofi Lara Leon Lin Lukas Maja Malik Mateo Mei Mira Nadia Noor "
    "Olga Oskar Paulo Petra Quentin Rania Ravi Rosa Samir Sanna Selin Sofia Tariq Tomás Uma "
    "Valentina Wanjiru Xavier Yara Yusuf Zoe"
)
LAST_NAMES = words(
    "Abe Adeyemi Ahmed Alves Andersson Bauer Bianchi Brown Castillo Chen Cohen Dahl Diallo Dubois "
    "Eriksen Farah Fischer García Georgiou Haddad Hoffmann Ibrahim Ito Jansen Jensen Kapoor Kaya "
    "Kim Kovač Kowalska Larsen Lee Lopes MacLeod Mbeki Meyer Moreau Müller Nakamura Nguyen Novák "
    "Okafor Olsen Osei Papadakis Patel Petrov Quispe Reyes Rossi Sato Schmidt Silva Smith Tanaka "
    "Tran Ueda Vargas Virtanen Wagner Walsh Weber Zhang Zielińska"
)
_SUBJECTS = (
    "The team",
    "Our database",
    "A small test",
    "The new index",
    "Every reviewer",
    "The second release",
    "A patient colleague",
    "The oldest service",
    "Each customer",
    "The build",
    "One missing check",
    "The harbour master",
    "A list of fifty rows",
    "The query planner",
    "This notebook",
    "The course on statistics",
)
_VERBS = (
    "showed",
    "needed",
    "replaced",
    "explained",
    "slowed down",
    "saved",
    "found",
    "outlived",
    "simplified",
    "measured",
    "hid",
    "repaired",
)
_OBJECTS = (
    "what we had guessed for a year",
    "three pages of documentation",
    "the report on Monday mornings",
    "a rule that nobody remembered",
    "the slowest page of the site",
    "half of the errors in the log",
    "the plan for the spring",
    "an invoice in the wrong currency",
    "the difference between two versions",
    "a very long list of wishes",
    "the last excuse for manual work",
    "twelve lines of code",
)
_ENDS = (
    "",
    "",
    ", and it took one afternoon",
    ", although nobody had asked for it",
    " before the first coffee",
    "; the numbers are below",
    ", which surprised us all",
    " without a single outage",
    ", at least on my machine",
    " while the old one kept running",
)
_TOPICS = (
    "indexes",
    "code review",
    "migrations",
    "time zones",
    "small teams",
    "background jobs",
    "invoices",
    "remote work",
    "search",
    "accessibility",
    "university life",
    "backups",
    "long queries",
    "feature switches",
    "scholarships",
    "pagination",
)
_TITLE_FORMS = (
    "What we learned about {}",
    "A short guide to {}",
    "Five mistakes with {}",
    "{}, measured",
    "Why I changed my mind about {}",
    "Notes on {}",
    "{} for the impatient",
    "The quiet cost of {}",
)


class Prose:
    """Draws texts from `rng`; two generators in the same state draw the same texts."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._sentences = [self._sentence() for _ in range(1500)]

    def person(self) -> tuple[str, str]:
        """A first and a last name."""
        return self._rng.choice(FIRST_NAMES), self._rng.choice(LAST_NAMES)

    def title(self) -> str:
        """The title of an article."""
        text = self._rng.choice(_TITLE_FORMS).format(self._rng.choice(_TOPICS))
        return text[0].upper() + text[1:]

    def sentences(self, least: int, most: int) -> str:
        """One paragraph of so many sentences, about 65 characters each."""
        return " ".join(self._rng.choices(self._sentences, k=self._rng.randint(least, most)))

    def paragraphs(self, least: int, most: int) -> str:
        """So many paragraphs of two to seven sentences, with an empty line between them."""
        return "\n\n".join(self.sentences(2, 7) for _ in range(self._rng.randint(least, most)))

    def _sentence(self) -> str:
        parts: Sequence[Sequence[str]] = (_SUBJECTS, _VERBS, _OBJECTS, _ENDS)
        subject, verb, thing, end = (self._rng.choice(words) for words in parts)
        return f"{subject} {verb} {thing}{end}."
