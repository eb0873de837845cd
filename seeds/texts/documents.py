"""The document types of the assessment domain, each with the standards it follows, in order."""

from dataclasses import dataclass

from app.tables.assessment import DocumentCategory


@dataclass(frozen=True, slots=True)
class DocumentTypeText:
    """One type; its template is the file `templates/<slug>.md`, its standards are codes."""

    slug: str
    name: str
    category: DocumentCategory
    description: str
    standards: tuple[str, ...]


DOCUMENT_TYPES: tuple[DocumentTypeText, ...] = (
    DocumentTypeText(
        "architecture-overview",
        "Architecture overview",
        DocumentCategory.ENGINEERING,
        "The parts of the system, its data, and the questions that are still open.",
        ("ARCH-01", "ARCH-02", "ARCH-03", "DOC-01"),
    ),
    DocumentTypeText(
        "coding-guide",
        "Coding guide",
        DocumentCategory.ENGINEERING,
        "How the team writes and reviews code, generated code included.",
        ("CODE-01", "CODE-02", "CODE-03", "AI-01", "AI-02"),
    ),
    DocumentTypeText(
        "test-strategy",
        "Test strategy",
        DocumentCategory.ENGINEERING,
        "Which tests there are, when they run, and which are missing.",
        ("TEST-01", "TEST-02", "TEST-03", "AI-03"),
    ),
    DocumentTypeText(
        "product-brief",
        "Product brief",
        DocumentCategory.BUSINESS,
        "The product on one page.",
        ("DOC-01", "DOC-02"),
    ),
    DocumentTypeText(
        "growth-plan",
        "Growth plan",
        DocumentCategory.BUSINESS,
        "What the product and its team need before they grow.",
        ("ARCH-01", "ARCH-03", "TEST-03", "FLOW-01"),
    ),
    DocumentTypeText(
        "security-policy",
        "Security policy",
        DocumentCategory.COMPLIANCE,
        "Which controls exist, and who owns those that do not yet.",
        ("SEC-01", "SEC-02", "SEC-03", "AI-02"),
    ),
    DocumentTypeText(
        "privacy-notice",
        "Privacy notice",
        DocumentCategory.COMPLIANCE,
        "What the service keeps about people, in words they understand.",
        ("SEC-01", "SEC-02"),
    ),
    DocumentTypeText(
        "runbook",
        "Runbook",
        DocumentCategory.OPERATIONS,
        "What to do in the night when the service is down.",
        ("DOC-03", "ARCH-03", "FLOW-03"),
    ),
    DocumentTypeText(
        "release-plan",
        "Release plan",
        DocumentCategory.OPERATIONS,
        "The steps before and after a release, and the way back.",
        ("FLOW-02", "FLOW-01", "TEST-02", "TEST-03"),
    ),
)


# What the template of the product brief makes of the completed run.
EXAMPLE = """# Harbour Ledger

Bookkeeping for small harbours: berths, mooring fees and invoices, used by harbour masters and
their accountants.

- Kind: Web application
- Stage: In daily use
- Live since or planned for: 2023-04-03
- To be seen at <https://harbour-ledger.example>

## First wish

How to split the invoicing module
"""
