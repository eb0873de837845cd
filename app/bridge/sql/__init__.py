"""Plans to SQL text: the only place of the bridge where SQL is written; it needs no database.

`rows` writes statements whose rows resolvers walk, `finished` those whose rows become finished
JSON, `writer` what both have in common. Names come from Piccolo's tables and from the schema, never
from a request; values are always parameters.
"""
