"""The server: settings, database, tables, the bridge to GraphQL, and what stands on them."""
