"""The four standard queries, as every server of the benchmark is asked them."""

from dataclasses import dataclass

PAGE_MAX = 500  # rows a page: more than the server allows by default

_AUTHOR = "author { id name }"

NEWEST = f"""query Newest {{
  posts(first: 50) {{ nodes {{ id title slug createdAt {_AUTHOR} }} }}
}}"""

# The list of comments is oldest first: its last ten are the newest ten, the newest of them last.
NESTED = f"""query Nested {{
  posts(first: 20) {{
    nodes {{
      id title slug createdAt {_AUTHOR}
      comments(last: 10) {{ nodes {{ id body createdAt {_AUTHOR} }} }}
    }}
  }}
}}"""

ONE = f"""query One($id: ID!) {{
  post(id: $id) {{ id title slug content published publishedAt createdAt updatedAt {_AUTHOR} }}
}}"""

WIDE = """query Wide {
  posts(first: 500) {
    nodes { id title slug content published publishedAt createdAt updatedAt }
  }
}"""


@dataclass(frozen=True, slots=True)
class Query:
    """One of the four: its name, which is also the floors' path, its text, and what it is."""

    name: str
    document: str
    text: str


QUERIES = (
    Query("one", ONE, "one post by id, with its author"),
    Query("newest", NEWEST, "50 newest posts with author"),
    Query("nested", NESTED, "20 newest posts with author, and each the 10 newest comments"),
    Query("wide", WIDE, "500 newest posts with all their columns"),
)
